"""The manifest store byte by byte, read by cbor2 and a reader of JUMBF that is not ours."""

from __future__ import annotations

import hashlib
from typing import Any

import cbor2
import pytest

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from tests.judges.jumbf_reader import Box, read_store
from tests.signers.software_signer import Workshop

CREATED = {"action": "c2pa.created", "when": "2026-01-31T12:00:00Z"}
UUID_SUFFIX = bytes.fromhex("00110010800000AA00389B71")


def definition(workshop: Workshop, **changes: Any) -> ManifestDefinition:
    parts: dict[str, Any] = {
        "label": "urn:c2pa:00000000-0000-4000-8000-000000000000",
        "instance_id": "xmp:iid:00000000-0000-4000-8000-000000000001",
        "algorithm": "ES256",
        "claim_generator_info": {"name": "Edge Signer", "version": "1"},
        "assertions": [
            Assertion("c2pa.actions.v2", {"actions": [CREATED]}, True),
            Assertion("org.example", {"zz": 1, "a": [1.5, -70000, None, True]}, False),
            Assertion("org.example", {"again": "Zoë"}, False),
        ],
        "asset_sha256": hashlib.sha256(b"asset").digest(),
        "x5chain": workshop.signer.certificate_chain.x5chain,
    }  # fmt: skip
    return ManifestDefinition(**{**parts, **changes})


@pytest.fixture
def manifest(workshop: Workshop) -> Box:
    prepared = workshop.builder.prepare(definition(workshop))
    store = read_store(prepared.assemble(workshop.signer.sign_tbs(prepared.tbs)))
    assert store.label == "c2pa"
    (manifest,) = store.children
    return manifest


def cbor_contents(box: Box) -> list[bytes]:
    inside = [content for kind, content in box.content if kind == "cbor"]
    return inside + [content for child in box.children for content in cbor_contents(child)]


def test_every_cbor_box_is_deterministic(manifest: Box) -> None:
    contents = cbor_contents(manifest)
    assert len(contents) == 6
    for content in contents:
        assert cbor2.dumps(cbor2.loads(content), canonical=True) == content


def test_the_boxes_are_those_of_the_standard_in_its_order(manifest: Box) -> None:
    def described(box: Box) -> tuple[bytes, str]:
        assert box.uuid[4:] == UUID_SUFFIX
        assert box.toggles == 3
        return box.uuid[:4], box.label

    assert described(manifest) == (b"c2ma", "urn:c2pa:00000000-0000-4000-8000-000000000000")
    assert [described(child) for child in manifest.children] == [
        (b"c2as", "c2pa.assertions"),
        (b"c2cl", "c2pa.claim.v2"),
        (b"c2cs", "c2pa.signature"),
    ]
    assert [described(child) for child in manifest.children[0].children] == [
        (b"cbor", "c2pa.actions.v2"),
        (b"cbor", "org.example"),
        (b"cbor", "org.example__1"),
        (b"cbor", "c2pa.hash.data"),
    ]


def test_the_claim_has_the_fields_of_the_standard_and_no_others(manifest: Box) -> None:
    claim = cbor2.loads(manifest.child("c2pa.claim.v2").content[0][1])
    assert set(claim) == {
        "alg", "claim_generator_info", "created_assertions", "gathered_assertions", "instanceID",
        "signature",
    }  # fmt: skip
    assert claim["alg"] == "sha256"
    assert claim["signature"] == f"self#jumbf=/c2pa/{manifest.label}/c2pa.signature"
    assert claim["claim_generator_info"] == {"name": "Edge Signer", "version": "1"}


def test_each_hashed_uri_covers_the_superbox_without_its_header(manifest: Box) -> None:
    claim = cbor2.loads(manifest.child("c2pa.claim.v2").content[0][1])
    boxes = {one.label: one for one in manifest.child("c2pa.assertions").children}
    named = {}
    for field in ("created_assertions", "gathered_assertions"):
        for reference in claim[field]:
            label = reference["url"].removeprefix("self#jumbf=c2pa.assertions/")
            assert reference["hash"] == hashlib.sha256(boxes[label].payload).digest()
            named[label] = field
    assert named == {
        "c2pa.actions.v2": "created_assertions",
        "c2pa.hash.data": "created_assertions",
        "org.example": "gathered_assertions",
        "org.example__1": "gathered_assertions",
    }


def test_the_hard_binding_covers_the_whole_asset(manifest: Box) -> None:
    binding = manifest.child("c2pa.assertions").child("c2pa.hash.data")
    assert cbor2.loads(binding.content[0][1]) == {
        "alg": "sha256",
        "hash": hashlib.sha256(b"asset").digest(),
        "name": "jumbf manifest",
        "pad": b"",
    }


def test_the_signature_is_a_tagged_cose_sign1_with_a_detached_payload(
    manifest: Box, workshop: Workshop
) -> None:
    encoded = manifest.child("c2pa.signature").content[0][1]
    assert encoded[:2] == b"\xd2\x84"
    protected, unprotected, payload, signature = cbor2.loads(encoded).value
    assert cbor2.loads(protected) == {1: -7, 33: list(workshop.signer.certificate_chain.x5chain)}
    assert unprotected == {}
    assert payload is None
    assert len(signature) == 64


def test_the_tbs_is_the_sig_structure_of_the_claim(workshop: Workshop) -> None:
    prepared = workshop.builder.prepare(definition(workshop))
    store = read_store(prepared.assemble(bytes(64)))
    claim = store.children[0].child("c2pa.claim.v2").content[0][1]
    protected = cbor2.loads(store.children[0].child("c2pa.signature").content[0][1]).value[0]
    assert cbor2.loads(prepared.tbs) == ["Signature1", protected, b"", claim]


def test_a_time_stamp_covers_the_signature_with_its_cbor_head(workshop: Workshop) -> None:
    prepared = workshop.builder.prepare(definition(workshop))
    context, _, external, payload = cbor2.loads(prepared.time_stamp_payload(b"s" * 64))
    assert (context, external) == ("CounterSignature", b"")
    assert payload == b"\x58\x40" + b"s" * 64


def test_a_token_goes_into_the_unprotected_header(workshop: Workshop) -> None:
    prepared = workshop.builder.prepare(definition(workshop))
    manifest = read_store(prepared.assemble(bytes(64), b"token")).children[0]
    unprotected = cbor2.loads(manifest.child("c2pa.signature").content[0][1]).value[1]
    (token,) = unprotected["sigTst2"]["tstTokens"]
    assert token == {"val": b"token"}
    assert set(unprotected) == {"sigTst2"}


def test_one_certificate_stands_alone_in_x5chain(workshop: Workshop) -> None:
    leaf = workshop.signer.certificate_chain.x5chain[0]
    prepared = workshop.builder.prepare(definition(workshop, x5chain=[leaf]))
    protected = cbor2.loads(cbor2.loads(prepared.tbs)[1])
    assert protected[33] == leaf


def test_the_same_definition_gives_the_same_bytes(workshop: Workshop) -> None:
    def store(builder: ManifestBuilder) -> bytes:
        return builder.prepare(definition(workshop)).assemble(b"s" * 64)

    assert store(workshop.builder) == store(workshop.builder) == store(ManifestBuilder())


def test_dates_that_the_standard_types_as_dates_are_tagged(manifest: Box) -> None:
    actions = manifest.child("c2pa.assertions").child("c2pa.actions.v2").content[0][1]
    assert b"dwhen\xc0\x74" in actions
