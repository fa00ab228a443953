"""What the check of a foreign manifest lets through, c2pa-rs lets through too."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from edge_signer.signing.credentials.algorithm import ALGORITHMS
from edge_signer.signing.manifest.manifest_check import check_manifest
from edge_signer.signing.manifest.manifest_reader import ManifestError, read_manifest
from tests.judges.engines import JUDGES, c2pa_rs
from tests.media.sample_assets import png
from tests.signers.central_workshop import CentralWorkshop
from tests.signers.forgery import forged
from tests.signers.software_signer import ACTIONS, Workshop

ASSET = png()
WORKSHOP = Workshop()
CENTRAL = CentralWorkshop(WORKSHOP)
SAID = {**ACTIONS, "cawg.training-mining": {"limitations": "no-generative-ai"}}
EXPECTED = CENTRAL.expected(ASSET, SAID)
THEIRS = CENTRAL.sign(ASSET, SAID).manifest_store
OURS = WORKSHOP.sign(ASSET, SAID)


def is_accepted(store: bytes) -> bool:
    try:
        check_manifest(store, EXPECTED)
    except ManifestError:
        return False
    return True


def mutants(store: bytes, random: random.Random) -> list[bytes]:
    """One bit changed at every byte, and bytes put in, taken out and moved here and there."""
    changed = [
        store[:at] + bytes([store[at] ^ 1 << random.randrange(8)]) + store[at + 1 :]
        for at in range(len(store))
    ]
    for _ in range(300):
        begin, end = sorted(random.sample(range(len(store)), 2))
        changed += [
            store[:begin],
            store[:begin] + store[end:],
            store[:begin] + random.randbytes(4) + store[begin:],
            store[:begin] + store[begin:end] + store[begin:],
            store + store[begin:end],
        ]
    return changed


@pytest.mark.parametrize("store", [THEIRS, OURS], ids=["theirs", "ours"])
def test_a_mutant_that_passes_is_trusted_by_c2pa_rs(store: bytes) -> None:
    assert is_accepted(store)
    anchors = WORKSHOP.ca.anchors_pem()
    passed = [one for one in mutants(store, random.Random(7)) if one != store and is_accepted(one)]
    for mutant in passed:
        verdict = c2pa_rs(ASSET, "image/png", mutant, anchors)
        assert verdict.trusted, verdict.failures
    # Only padding and the unsigned header may differ.
    assert len(passed) < 8


@pytest.mark.parametrize(
    "changes",
    [
        {"asset_sha256": bytes(32)},
        {"assertions": EXPECTED.assertions[:1]},
        {"assertions": [*EXPECTED.assertions, replace(EXPECTED.assertions[1], label="com.a.b")]},
        {"assertions": [replace(one, created=True) for one in EXPECTED.assertions]},
        {"assertions": [replace(one, content={"a": 1}) for one in EXPECTED.assertions]},
        {"assertions": [replace(one, encoding="json") for one in EXPECTED.assertions]},
        {"claim_generator_info": {"name": "Another"}},
        {"algorithm": ALGORITHMS["ES384"]},
        {"chain": Workshop().signer.certificate_chain},
        {"time_stamped": True},
    ],
)
def test_what_was_not_asked_for_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestError):
        check_manifest(THEIRS, replace(EXPECTED, **changes))


_DIGEST = EXPECTED.asset_sha256
_BINDING = {"alg": "sha256", "hash": _DIGEST, "name": "jumbf manifest", "pad": b""}


@pytest.mark.parametrize(
    "changes",
    [
        {"assertions": {"c2pa.hash.data": {**_BINDING, "hash": bytes(32)}}},
        {"assertions": {"c2pa.hash.data": {**_BINDING, "exclusions": [{"start": 0, "length": 9}]}}},
        {"assertions": {"c2pa.hash.data": {**_BINDING, "pad": b"\1"}}},
        {"assertions": {"com.example.more": {"a": 1}}},
        {"assertions": {"c2pa.hash.data__1": _BINDING}},
        {"claim": {"alg": "sha512"}},
        {"claim": {"redacted_assertions": []}},
        {"claim": {"instanceID": ""}},
        {"claim": {"signature": "self#jumbf=c2pa.elsewhere"}},
        {"claim": {"signature": "self#jumbf=c2pa.signature"}},
        {"claim": {"created_assertions": []}},
        {"claim": {"claim_generator_info": {"name": "Another", "specVersion": "2.4.0"}}},
        {"label": "urn:c2pa:one"},
    ],
)
def test_our_own_key_makes_nothing_of_it_right(changes: dict[str, Any]) -> None:
    assert is_accepted(forged(OURS, WORKSHOP.signer))
    assert not is_accepted(forged(OURS, WORKSHOP.signer, **changes))


@pytest.mark.parametrize("store", [THEIRS, OURS], ids=["theirs", "ours"])
def test_no_character_of_the_label_can_be_changed(store: bytes) -> None:
    label = read_manifest(store).label.encode()
    described = store.index(label)
    for at in range(described, described + len(label)):
        other = b"0" if store[at : at + 1] != b"0" else b"1"
        renamed = store[:at] + other + store[at + 1 :]
        assert not is_accepted(renamed)
        for judge in JUDGES:
            verdict = judge(ASSET, "image/png", renamed, WORKSHOP.ca.anchors_pem())
            assert verdict.state in ("Invalid", "Unreadable"), (at - described, verdict)


def test_another_keys_signature_is_refused() -> None:
    assert not is_accepted(forged(OURS, Workshop(ca=WORKSHOP.ca).signer))
