"""What engines written by other people say of our manifests, and of ours with one bit changed."""

from __future__ import annotations

import pytest

from tests.judges.engines import JUDGES, Judge, Verdict
from tests.judges.jumbf_reader import read_store
from tests.signers.software_signer import Workshop

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
FORMATS = {"photograph": "image/jpeg", "drawing": "image/png"}


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_signed_asset_is_trusted_without_a_failure(
    judge: Judge, kind: str, request: pytest.FixtureRequest, workshop: Workshop
) -> None:
    asset: bytes = request.getfixturevalue(kind)
    verdict: Verdict = judge(asset, FORMATS[kind], workshop.sign(asset), workshop.ca.anchors_pem())
    assert verdict.trusted, verdict


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("kind", FORMATS)
def test_one_changed_bit_in_the_asset_is_refused(
    judge: Judge, kind: str, request: pytest.FixtureRequest, workshop: Workshop
) -> None:
    asset: bytes = request.getfixturevalue(kind)
    store = workshop.sign(asset)
    # The last byte of a JPEG's or PNG's pixels, well before the end-of-image marker.
    changed = flipped(asset, len(asset) - 40)
    verdict: Verdict = judge(changed, FORMATS[kind], store, workshop.ca.anchors_pem())
    assert verdict.state in {"Invalid", "Unreadable"}
    assert verdict.failures


PARTS = {
    "an assertion": lambda manifest: manifest.child("c2pa.assertions").children[0].content[0][1],
    "the hard binding": lambda manifest: (
        manifest.child("c2pa.assertions").child("c2pa.hash.data").content[0][1]
    ),
    "the claim": lambda manifest: manifest.child("c2pa.claim.v2").content[0][1],
    "the signature": lambda manifest: manifest.child("c2pa.signature").content[0][1],
}


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("part", PARTS)
def test_one_changed_bit_in_the_manifest_is_refused(
    judge: Judge, part: str, photograph: bytes, workshop: Workshop
) -> None:
    store = workshop.sign(photograph)
    content: bytes = PARTS[part](read_store(store).children[0])
    # In the last quarter of the part, inside a value: of the signature, that is s.
    position = store.index(content) + len(content) - 5
    verdict: Verdict = judge(
        photograph, "image/jpeg", flipped(store, position), workshop.ca.anchors_pem()
    )
    assert verdict.state in {"Invalid", "Unreadable"}, verdict.report
    assert verdict.failures


@pytest.mark.parametrize("judge", JUDGES)
def test_a_signer_that_nobody_trusts_is_not_trusted(
    judge: Judge, photograph: bytes, workshop: Workshop
) -> None:
    stranger = Workshop().ca.anchors_pem()
    verdict: Verdict = judge(photograph, "image/jpeg", workshop.sign(photograph), stranger)
    assert not verdict.trusted


def test_what_a_client_says_reaches_the_reader_unchanged(
    photograph: bytes, workshop: Workshop
) -> None:
    said = {
        "c2pa.actions.v2": {
            "actions": [
                {
                    "action": "c2pa.created",
                    "digitalSourceType": SOURCE_TYPE,
                    "when": "2026-01-31T12:00:00Z",
                    "softwareAgent": {"name": "Brush", "version": "7"},
                }
            ],
            "allActionsIncluded": True,
        },
        "org.example.desk": {"editor": "Zoë", "score": 1.5, "tags": ["a", None, True, -3]},
    }
    verdict = JUDGES[0](
        photograph, "image/jpeg", workshop.sign(photograph, said), workshop.ca.anchors_pem()
    )
    assert verdict.trusted
    manifest = verdict.report["manifests"][verdict.report["active_manifest"]]
    read = {one["label"]: one["data"] for one in manifest["assertions"]}
    assert read == said
