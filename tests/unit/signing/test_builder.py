"""The builder's host: named errors for bad input, and bounds that hold."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from edge_signer.signing.manifest import builder as builder_module
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from edge_signer.signing.manifest.tbs_module import INSTANCES_AT_ONCE


@pytest.fixture(scope="module")
def builder() -> ManifestBuilder:
    return ManifestBuilder()


def definition(**changes: Any) -> ManifestDefinition:
    parts: dict[str, Any] = {
        "label": "urn:c2pa:00000000-0000-4000-8000-000000000000",
        "instance_id": "xmp:iid:1",
        "algorithm": "ES256",
        "claim_generator_info": {"name": "n"},
        "assertions": [Assertion("org.example", {"a": 1}, True)],
        "asset_sha256": bytes(32),
        "x5chain": [b"leaf"],
    }
    return ManifestDefinition(**{**parts, **changes})


def nested(levels: int) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for _ in range(levels):
        content = {"a": content}
    return content


REFUSED: dict[str, dict[str, Any]] = {
    "ManifestLabelInvalid": {"label": "urn:uuid:00000000-0000-4000-8000-000000000000"},
    "AlgorithmUnknown": {"algorithm": "RS256"},
    "AssetDigestLength": {"asset_sha256": bytes(20)},
    "BindingInvalid": {"binding": {"exclusions": []}},
    "CertificatesMissing": {"x5chain": []},
    "CertificatesTooMany": {"x5chain": [b"c"] * 9},
    "AssertionsMissing": {"assertions": []},
    "AssertionsTooMany": {"assertions": [Assertion("org.example", {}, True)] * 129},
    "AssertionIsHardBinding": {"assertions": [Assertion("c2pa.hash.data", {}, True)]},
    "ReferenceInvalid": {"assertions": [Assertion("c2pa.ingredient.v3", {"thumbnail": 0}, True)]},
    "AssertionLabelInvalid": {"assertions": [Assertion("org/example", {}, True)]},
    "DefinitionFieldMissing": {"claim_generator_info": {"version": "1"}},
    "DefinitionFieldInvalid": {"instance_id": ""},
    "JsonTooDeep": {"assertions": [Assertion("org.example", nested(32), True)]},
    "JsonTooManyValues": {"assertions": [Assertion("org.example", {"a": [0] * 10_000}, True)]},
    "JsonNumberOutOfRange": {"assertions": [Assertion("org.example", {"a": 2**64}, True)]},
    "TbsTooLarge": {"x5chain": [b"c" * 16_384]},
    "InputTooLong": {"assertions": [Assertion("org.example", {"a": "x" * 600_000}, True)]},
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_has_a_named_error(builder: ManifestBuilder, name: str) -> None:
    with pytest.raises(BuildError) as refused:
        builder.prepare(definition(**REFUSED[name]))
    assert refused.value.name == name


def test_a_builder_that_refused_still_builds(builder: ManifestBuilder) -> None:
    with pytest.raises(BuildError):
        builder.prepare(definition(label="no"))
    assert builder.prepare(definition()).tbs


@pytest.mark.parametrize("length", [0, 63, 65, 132])
def test_a_signature_of_another_length_is_refused(builder: ManifestBuilder, length: int) -> None:
    prepared = builder.prepare(definition())
    for call in (prepared.assemble, prepared.time_stamp_payload):
        with pytest.raises(BuildError, match="SignatureLength"):
            call(bytes(length))


def test_running_out_of_fuel_is_an_error_with_that_name(
    builder: ManifestBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_module, "FUEL_PER_REQUEST", 10_000)
    with pytest.raises(BuildError, match="OutOfFuel"):
        builder.prepare(definition())


class Forgetful(ManifestDefinition):
    """A definition whose files do not come along."""

    @property
    def attachments(self) -> list[bytes]:
        return []


def test_files_that_are_not_there_are_an_error_with_that_name(builder: ManifestBuilder) -> None:
    files = [Assertion("a", {"media_type": "image/png"}, True, "file", b"pixels")] * 2
    with pytest.raises(BuildError, match="AttachmentsMissing"):
        builder.prepare(Forgetful(**vars(definition(assertions=files))))


@pytest.mark.parametrize("store_bytes", [-1, 10, 10**6, 2**32 - 1, 2**32])
def test_a_store_that_cannot_be_so_long_is_an_error_with_that_name(
    builder: ManifestBuilder, store_bytes: int
) -> None:
    prepared = builder.prepare(definition())
    with pytest.raises(BuildError, match="StoreLength"):
        prepared.assemble(bytes(64), b"", store_bytes)


def test_running_out_of_memory_is_an_error_with_that_name(builder: ManifestBuilder) -> None:
    # The arena is freed with the instance: who assembles again and again reaches its end.
    large = [Assertion("org.example", {"a": ["x" * 90] * 1000}, True)]
    prepared = builder.prepare(definition(assertions=large))

    def assemble_for_ever() -> None:
        for _ in range(64):
            prepared.assemble(bytes(64))

    with pytest.raises(BuildError, match="OutOfMemory"):
        assemble_for_ever()


def test_two_manifests_at_once_do_not_mix(builder: ManifestBuilder) -> None:
    first = builder.prepare(definition(instance_id="xmp:iid:first"))
    second = builder.prepare(definition(instance_id="xmp:iid:second"))
    assert b"xmp:iid:first" in first.assemble(bytes(64))
    assert b"xmp:iid:second" in second.assemble(bytes(64))
    assert b"xmp:iid:second" not in first.assemble(bytes(64))


def test_manifests_that_only_a_cycle_holds_leave_room_for_the_next(
    builder: ManifestBuilder,
) -> None:
    gc.disable()
    try:
        for _ in range(2 * INSTANCES_AT_ONCE):
            cycle: list[object] = [builder.prepare(definition())]
            cycle.append(cycle)
    finally:
        gc.enable()


def test_the_deepest_content_that_is_admitted_is_built(builder: ManifestBuilder) -> None:
    deepest = [Assertion("org.example", nested(28), True)]
    assert builder.prepare(definition(assertions=deepest)).assemble(bytes(64))
    with pytest.raises(BuildError, match="JsonTooDeep"):
        builder.prepare(definition(assertions=[Assertion("org.example", nested(29), True)]))


def test_the_largest_token_is_admitted_and_no_larger(builder: ManifestBuilder) -> None:
    prepared = builder.prepare(definition())
    token = b"t" * (16 * 1024 - 4 - 64 - 4)
    assert token in prepared.assemble(bytes(64), token)
    with pytest.raises(BuildError, match="InputTooLong"):
        prepared.assemble(bytes(64), token + b"t")


def test_a_manifest_assembled_again_is_the_same(builder: ManifestBuilder) -> None:
    prepared = builder.prepare(definition())
    once = prepared.assemble(b"s" * 64, b"token")
    prepared.time_stamp_payload(b"o" * 64)
    assert prepared.assemble(b"s" * 64, b"token") == once


def test_floats_and_texts_survive_in_their_shortest_form(builder: ManifestBuilder) -> None:
    content = {"a": 1.5, "b": 0.1, "c": "\u0000é😀", "d": -(2**63)}
    store = builder.prepare(
        definition(assertions=[Assertion("org.example", content, True)])
    ).assemble(bytes(64))
    assert bytes.fromhex("6161f93e00") in store
    assert bytes.fromhex("6162fb3fb999999999999a") in store
    assert b"\x67\x00\xc3\xa9\xf0\x9f\x98\x80" in store
    assert bytes.fromhex("61643b7fffffffffffffff") in store


def test_a_store_that_cannot_have_the_length_is_refused() -> None:
    prepared = ManifestBuilder().prepare(definition())
    plain = len(prepared.assemble(bytes(64)))
    assert len(prepared.assemble(bytes(64), b"", plain)) == plain
    assert len(prepared.assemble(bytes(64), b"", plain + 5)) == plain + 5
    for length in (plain - 1, plain + 4):
        with pytest.raises(BuildError, match="StoreLength"):
            prepared.assemble(bytes(64), b"", length)
