"""What each algorithm hands to KMS, makes of KMS's answer, and refuses."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from edge_signer.signing.credentials.algorithm import (
    ALGORITHMS,
    AlgorithmName,
    SignatureMismatchError,
)
from emulator.credentials.development_ca import DevelopmentCa
from tests.signers.software_signer import SoftwareSigner

COORDINATE_BYTES: dict[AlgorithmName, int] = {"ES256": 32, "ES384": 48, "ES512": 66}


@cache
def signer(name: AlgorithmName) -> SoftwareSigner:
    return SoftwareSigner(DevelopmentCa(), name)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_signature_of_the_certified_key_passes(name: AlgorithmName) -> None:
    signer(name).certificate_chain.verify(ALGORITHMS[name], b"tbs", signer(name).sign_tbs(b"tbs"))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_length_of_a_signature_is_known_before_it_is_made(name: AlgorithmName) -> None:
    known = signer(name).certificate_chain.signature_bytes(ALGORITHMS[name])
    assert known == len(signer(name).sign_tbs(b"tbs"))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_signature_over_other_bytes_is_refused(name: AlgorithmName) -> None:
    with pytest.raises(SignatureMismatchError):
        signer(name).certificate_chain.verify(
            ALGORITHMS[name], b"other", signer(name).sign_tbs(b"tbs")
        )


@pytest.mark.parametrize("name", ALGORITHMS)
def test_another_keys_signature_is_refused(name: AlgorithmName) -> None:
    stranger = SoftwareSigner(DevelopmentCa(), name)
    with pytest.raises(SignatureMismatchError):
        signer(name).certificate_chain.verify(ALGORITHMS[name], b"tbs", stranger.sign_tbs(b"tbs"))


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 96, 132, 133, 256, 512])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_is_no_signature_is_refused(name: AlgorithmName, length: int) -> None:
    with pytest.raises(SignatureMismatchError):
        signer(name).certificate_chain.verify(ALGORITHMS[name], b"tbs", bytes(length))


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("other", ALGORITHMS)
def test_a_key_fits_its_own_algorithm_alone(name: AlgorithmName, other: AlgorithmName) -> None:
    fits = ALGORITHMS[name].fits(signer(other).certificate_chain.leaf.public_key())
    assert fits == (name == other or name[:2] == other[:2] == "PS")


@pytest.mark.parametrize("name", ALGORITHMS)
def test_keys_that_no_verifier_takes_do_not_fit(name: AlgorithmName) -> None:
    for public_key in (
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        rsa.RSAPublicNumbers(65537, (1 << 1023) + 1).public_key(),
    ):
        assert not ALGORITHMS[name].fits(public_key)


def test_a_pss_salt_of_another_length_is_refused() -> None:
    short = padding.PSS(padding.MGF1(SHA256()), 20)
    signature = signer("PS256")._key.sign(b"tbs", short, SHA256())
    with pytest.raises(SignatureMismatchError):
        signer("PS256").certificate_chain.verify(ALGORITHMS["PS256"], b"tbs", signature)


@pytest.mark.parametrize(
    ("name", "bits"),
    [(name, int(name[2:])) for name in ALGORITHMS if name != "EdDSA"],
)
def test_kms_gets_the_digest_alone(name: AlgorithmName, bits: int) -> None:
    digest = hashlib.new(f"sha{bits}", b"tbs").digest()
    assert (ALGORITHMS[name].message(b"tbs"), ALGORITHMS[name].message_type) == (digest, "DIGEST")


@pytest.mark.parametrize(("name", "length"), COORDINATE_BYTES.items())
def test_short_numbers_are_padded_to_the_length_of_the_field(
    name: AlgorithmName, length: int
) -> None:
    long = 1 << 8 * length - 1
    for r, s in ((1, long), (long, 1)):
        signature = ALGORITHMS[name].cose_signature(encode_dss_signature(r, s))
        assert signature == r.to_bytes(length) + s.to_bytes(length)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x00",
        b"not der",
        encode_dss_signature(1 << 66 * 8, 1),
        encode_dss_signature(1, 1) + b"\0",
    ],
)
@pytest.mark.parametrize("name", COORDINATE_BYTES)
def test_malformed_der_is_refused(name: AlgorithmName, der: bytes) -> None:
    with pytest.raises(SignatureMismatchError):
        ALGORITHMS[name].cose_signature(der)


@pytest.mark.parametrize("length", [0, 63, 65, 255, 257, 1024])
@pytest.mark.parametrize("name", ["PS256", "EdDSA"])
def test_an_answer_of_another_length_is_refused(name: AlgorithmName, length: int) -> None:
    with pytest.raises(SignatureMismatchError):
        ALGORITHMS[name].cose_signature(bytes(length))
