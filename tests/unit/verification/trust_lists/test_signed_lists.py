"""Signed lists: who signed them, and what is said if nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.list_file import read_list_file
from edge_signer.verification.trust_lists.list_signature import NOT_VERIFIED, ListSigner
from tests.authorities.published_lists import (
    Lote,
    Service,
    base64url,
    hierarchy,
    jws,
    list_signer,
)
from tests.signers.software_signer import SoftwareSigner

CA = hierarchy()
SIGNER = list_signer()
#: A list of today, when the certificates of all signers here are valid.
TODAY = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
LIST = Lote([Service(CA.root)], issued=TODAY, next_update="2100-01-01T00:00:00Z").to_json()


def certificate_of(signer: SoftwareSigner, encoding: Encoding = Encoding.PEM) -> bytes:
    return signer.certificate_chain.leaf.public_bytes(encoding)


def key_of(signer: SoftwareSigner, encoding: Encoding = Encoding.PEM) -> bytes:
    return bytes(signer.public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_list_is_verified_with_its_signers_certificate(algorithm: AlgorithmName) -> None:
    signer = list_signer(algorithm)
    read = read_list_file(
        jws(signer, LIST, typ="JOSE", crit=["sigT"], sigT=TODAY) + b"\n",
        ListSigner.from_file(certificate_of(signer)),
    )
    (one,) = read.trust_lists("x")
    assert [anchor.certificate for anchor in one.anchors] == [CA.root]
    assert one.signature == "signed by Edge Signer Development"


GIVEN = {
    "a certificate in DER": certificate_of(SIGNER, Encoding.DER),
    "a key in PEM": key_of(SIGNER),
    "a key in DER": key_of(SIGNER, Encoding.DER),
}


@pytest.mark.parametrize("form", GIVEN)
def test_the_signer_may_be_given_as_a_certificate_or_a_key(form: str) -> None:
    read = read_list_file(jws(SIGNER, LIST), ListSigner.from_file(GIVEN[form]))
    by = "Edge Signer Development" if "certificate" in form else "the given key"
    assert read.signature == f"signed by {by}"


def test_without_a_signer_the_signature_is_said_not_to_be_verified() -> None:
    damaged = jws(SIGNER, LIST)[:-4] + b"AAAA"
    assert read_list_file(damaged).signature == NOT_VERIFIED


def test_a_list_by_another_signer_or_changed_is_refused() -> None:
    expected = ListSigner.from_file(certificate_of(SIGNER))
    header, _, signature = jws(SIGNER, LIST).split(b".")
    other = Lote([Service(CA.issuing)], issued=TODAY, next_update="2100-01-01T00:00:00Z")
    for forged in (
        jws(list_signer(), LIST),
        b".".join((header, base64url(other.to_json()), signature)),
        jws(SIGNER, LIST, alg="ES384"),
    ):
        with pytest.raises(TrustListError, match="does not verify with the signer's key"):
            read_list_file(forged, expected)
    with pytest.raises(TrustListError, match="it is not signed"):
        read_list_file(LIST, expected)


def test_a_list_from_before_or_after_the_certificate_is_refused() -> None:
    old = Lote([Service(CA.root)], issued="2020-01-01T00:00:00Z").to_json()
    with pytest.raises(TrustListError, match="not valid when the list was published, on 2020-01"):
        read_list_file(jws(SIGNER, old), ListSigner.from_file(certificate_of(SIGNER)))
    # A bare key has no validity.
    assert read_list_file(jws(SIGNER, old), ListSigner.from_file(key_of(SIGNER)))


HEADER = b'{"alg":"ES256"}'


DAMAGED: list[tuple[tuple[bytes, ...], str]] = [
    ((b'{"alg":"none"}', LIST, b""), "the JWS's alg, none, is none of ES256"),
    ((b'{"alg":"HS256"}', LIST, b"x"), "the JWS's alg, HS256, is none of"),
    ((b'{"typ":"x"}', LIST, b"x"), "alg is missing"),
    ((b'{"alg":"ES256","crit":["b64"],"b64":false}', LIST, b"x"), "parameter b64 is not"),
    ((HEADER, b"", b"x"), "a detached signature is not supported"),
]


@pytest.mark.parametrize(("parts", "message"), DAMAGED, ids=[message for _, message in DAMAGED])
def test_a_damaged_signed_list_is_one_error(parts: Sequence[bytes], message: str) -> None:
    for signer in (None, ListSigner.from_file(key_of(SIGNER))):
        with pytest.raises(TrustListError, match=message):
            read_list_file(b".".join(map(base64url, parts)), signer)


def test_a_file_that_is_no_signer_is_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(TrustListError, match="it holds a private key"):
        ListSigner.from_file(private)
    for content in (b"", b"junk", b"\x30\x00"):
        with pytest.raises(TrustListError, match="neither a certificate nor a public key"):
            ListSigner.from_file(content)
