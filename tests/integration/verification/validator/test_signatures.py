"""Signatures of claims in other forms than that of the standard, each over the right bytes."""

from __future__ import annotations

import cbor2
import pytest

from tests.judges.jumbf_reader import read_store
from tests.judges.own_validator import codes, digest_of, failures, trusting, validated
from tests.signers.forgery import Cose, forged
from tests.signers.software_signer import Workshop

ALGORITHM, CRITICAL, CONTENT_TYPE, X5CHAIN = 1, 2, 3, 33
MISMATCH = "claimSignature.mismatch"


def certificates_in(store: bytes) -> list[bytes]:
    (manifest,) = read_store(store).children
    signature = cbor2.loads(manifest.child("c2pa.signature").content[0][1]).value
    chain: list[bytes] = cbor2.loads(signature[0])[X5CHAIN]
    return chain


FORMS: dict[str, tuple[Cose, str]] = {
    "another tag": (Cose(tag=98), MISMATCH),
    "a payload that is not the claim": (Cose(payload=b"something else"), MISMATCH),
    "an algorithm that is not allowed": (
        Cose(protected={ALGORITHM: -47}),
        "algorithm.unsupported",
    ),
    "no algorithm": (Cose(protected={ALGORITHM: None}), "algorithm.unsupported"),
    "an algorithm of another kind of key": (Cose(protected={ALGORITHM: -8}), MISMATCH),
    "an algorithm with another hash": (Cose(protected={ALGORITHM: -35}), MISMATCH),
    "a critical header": (
        Cose(protected={CRITICAL: [CONTENT_TYPE], CONTENT_TYPE: "a/b"}),
        MISMATCH,
    ),
    "no certificate": (Cose(protected={X5CHAIN: None}), MISMATCH),
    "no certificates": (Cose(protected={X5CHAIN: []}), MISMATCH),
    "what is no certificate": (
        Cose(protected={X5CHAIN: [b"none"]}),
        "signingCredential.invalid",
    ),
    "certificates without end": (Cose(protected={X5CHAIN: [b"one"] * 11}), MISMATCH),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_signature_of_another_form_does_not_hold(
    form: str, workshop: Workshop, photograph: bytes
) -> None:
    cose, expected = FORMS[form]
    store = forged(workshop.sign(photograph), workshop.signer, cose=cose)
    found = validated(store, digest_of(photograph), trusting(workshop))
    assert found.verdict == "Invalid"
    assert expected in failures(found)
    if expected == MISMATCH:
        assert found.active is not None
        assert "claimSignature.validated" not in codes(found.active.findings.success)


def test_certificates_may_be_in_either_header_and_not_in_both(
    workshop: Workshop, photograph: bytes
) -> None:
    store = workshop.sign(photograph)
    chain = certificates_in(store)
    for name in (X5CHAIN, "x5chain"):
        unprotected = Cose(protected={X5CHAIN: None}, unprotected={name: chain})
        early = forged(store, workshop.signer, cose=unprotected)
        assert validated(early, digest_of(photograph), trusting(workshop)).verdict == "Trusted"
    both = forged(store, workshop.signer, cose=Cose(unprotected={X5CHAIN: chain}))
    assert failures(validated(both, digest_of(photograph), trusting(workshop))) == {MISMATCH}


def test_a_payload_may_be_the_claim(workshop: Workshop, photograph: bytes) -> None:
    store = forged(workshop.sign(photograph), workshop.signer)
    (manifest,) = read_store(store).children
    claim = manifest.child("c2pa.claim.v2").content[0][1]
    attached = forged(store, workshop.signer, cose=Cose(payload=claim))
    assert validated(attached, digest_of(photograph), trusting(workshop)).verdict == "Trusted"


def test_a_lone_certificate_needs_no_list(workshop: Workshop, photograph: bytes) -> None:
    store = workshop.sign(photograph)
    leaf, *issuers = certificates_in(store)
    alone = forged(store, workshop.signer, cose=Cose(protected={X5CHAIN: leaf}))
    found = validated(alone, digest_of(photograph), trusting(workshop))
    # The list has the root, and what is between is missing.
    assert found.verdict == ("Valid" if issuers else "Trusted")
