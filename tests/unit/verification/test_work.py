"""Work grows no faster than what there is to judge, whatever a stranger put into it."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from edge_signer.verification.cbor_values import ItemBudget
from edge_signer.verification.claims import action_rules
from edge_signer.verification.claims import testimony as testimonies
from edge_signer.verification.claims.assertion_checks import check_assertions
from edge_signer.verification.claims.manifest_reading import ManifestReading
from edge_signer.verification.claims.references import StoreIndex, manifest_uri
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.store_reader import manifests_of
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import validate_store
from tests.judges.own_validator import codes
from tests.media.made_stores import Assertion, assertion, made_manifest, made_store

NOW = datetime.now(UTC)
NO_HASH = {"alg": "sha256", "hash": b"", "pad": b""}


class Counting(io.BytesIO):
    """A file that knows how much of it was read."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.read_bytes += len(found)
        return found


def validated(stream: Counting, *assertions: Assertion, **claimed: Any) -> StoreValidation:
    size = len(stream.getbuffer())
    asset = AssetContent(stream=stream, size_bytes=size, is_embedded=True)
    store = made_store(made_manifest("m", assertions, **claimed))
    return validate_store(store, asset, TrustLists(()), NOW)


def test_the_segments_of_a_broken_store_are_joined_once() -> None:
    content = struct.pack(">I4s", 1 << 20, b"jumb") + bytes(100)
    segment = b"\xff\xeb" + struct.pack(">H", 10 + len(content)) + b"JP\0\x01\0\0\0\x01" + content
    jpeg = Counting(b"\xff\xd8" + segment * 500 + b"\xff\xd9")
    boxes = {"alg": "sha256", "boxes": [{"names": ["SOI"], "hash": b""}]}
    found = validated(jpeg, assertion("c2pa.hash.boxes", boxes))
    assert found.hard_binding == "failed"
    # Once to tell the segments apart, and once to join them.
    assert jpeg.read_bytes < 2 * len(jpeg.getbuffer())


def png_with_a_store_that_is_none(size_bytes: int) -> Counting:
    """A file with a large chunk where a store might be, at the fourth byte."""
    return Counting(bytes(4) + struct.pack(">I4s", size_bytes, b"caBX") + bytes(size_bytes + 4))


def test_what_is_no_store_is_not_read_as_one() -> None:
    file = png_with_a_store_that_is_none(1 << 20)
    exclusions = [{"start": 4, "length": 0}] * 10
    found = validated(file, assertion("c2pa.hash.data", {**NO_HASH, "exclusions": exclusions}))
    assert found.hard_binding == "failed"
    assert file.read_bytes < 2 * len(file.getbuffer())


@pytest.mark.parametrize(("parts", "binding"), [(16, "failed"), (17, "not_checked")])
def test_a_store_is_sought_in_the_first_parts_that_a_hash_leaves_out(
    parts: int, binding: str
) -> None:
    exclusions: Sequence[Any] = [{"start": 4 + 2 * at, "length": 1} for at in range(parts)]
    said = assertion("c2pa.hash.data", {**NO_HASH, "exclusions": exclusions})
    found = validated(png_with_a_store_that_is_none(100), said)
    assert found.hard_binding == binding
    assert any("not among the first 16" in one for one in found.not_checked) == (parts > 16)


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """Count the calls of a function in a module."""
    calls: list[Any] = []
    function = getattr(module, name)

    def call(*arguments: Any) -> Any:
        calls.append(arguments)
        return function(*arguments)

    monkeypatch.setattr(module, name, call)
    return calls


def test_each_redaction_is_looked_up_and_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch, action_rules, "absolute")
    redacted = {"action": "c2pa.redacted", "parameters": {"redacted": "self#jumbf=/c2pa/m/x"}}
    actions = assertion("c2pa.actions.v2", {"actions": [redacted] * 100})
    more = [{"url": f"self#jumbf=c2pa.assertions/{number}", "hash": b""} for number in range(100)]
    store = made_store(made_manifest("m", [actions], more))
    found = validate_store(store, None, TrustLists(()), NOW)
    assert found.active is not None
    assert "assertion.action.redactionMismatch" in codes(found.active.findings.failure)
    assert len(calls) < 1_000


class NotSearched(tuple[str, ...]):
    """URIs that are gone through once, and never one by one for another."""

    def __contains__(self, _: object) -> bool:
        raise AssertionError("searched")


def test_what_is_redacted_is_not_searched_for() -> None:
    listed = [{"url": manifest_uri("m", "x"), "hash": b""}]
    encoded = made_manifest("m", [assertion("c2pa.x", listed)], redacted_assertions=["y"])
    boxes = manifests_of(made_store(encoded))
    manifest = ManifestReading(boxes[0], ItemBudget())
    assert manifest.claim is not None
    claim = replace(manifest.claim, redacted=NotSearched(manifest.claim.redacted))
    check_assertions(manifest, claim, StoreIndex(boxes), ())
    assert "hashedURI.missing" in codes(manifest.log.findings().failure)


def having_heard(*responses: bytes) -> tuple[testimonies.Testimony, ManifestReading]:
    states = assertion("c2pa.certificate-status", {"ocspVals": [*responses]})
    boxes = manifests_of(made_store(made_manifest("m", [states])))
    manifest = ManifestReading(boxes[0], ItemBudget())
    assert manifest.claim is not None
    check_assertions(manifest, manifest.claim, StoreIndex(boxes), ())
    testimony = testimonies.Testimony("m")
    testimony.hear(manifest, ())
    return testimony, manifest


def test_certificate_states_are_read_for_so_many_manifests() -> None:
    """What a later manifest says of certificates is read again for each one before it."""
    testimony, manifest = having_heard(*[bytes(60_000)] * 8)
    read = [len(testimony.responses(manifest.log)) for _ in range(200)]
    assert read[:4] == [8] * 4
    assert sum(read) < 40
    assert any("OCSP" in one for one in manifest.log.not_checked)
    testimony, manifest = having_heard(bytes(3_000))
    assert [len(testimony.responses(manifest.log)) for _ in range(100)] == [1] * 100
