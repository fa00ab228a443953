"""What certificates say, read from their bytes."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from edge_signer.signing.credentials.certificate_fields import has_unique_identifier
from edge_signer.signing.credentials.time_stamp_response import children, encoded, only_element
from tests.authorities.linted_chains import Chain
from tests.authorities.spoilt_chains import with_field
from tests.authorities.time_stamp_forge import der

#: AlgorithmIdentifier of RSASSA-PSS without parameters (RFC 4055 §3.1).
RSASSA_PSS = bytes.fromhex("300b06092a864886f70d01010a")


def tied_to_pss(fields: list[bytes]) -> list[bytes]:
    """Tie the RSA key to RSASSA-PSS, which `cryptography` gives back as any RSA key."""
    _, key = children(fields[6], only_element(fields[6]))
    return [*fields[:6], der(0x30, RSASSA_PSS + encoded(fields[6], key)), *fields[7:]]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(key: rsa.RSAPrivateKey, *tags: int, is_tied: bool) -> x509.Certificate:
    def change(fields: list[bytes]) -> list[bytes]:
        for tag in tags:
            fields = with_field(tag)(fields)
        return tied_to_pss(fields) if is_tied else fields

    chain = Chain(key.public_key())
    chain.edits["leaf"] = change
    return chain.certificates()[0][0]


@pytest.mark.parametrize("is_tied", [False, True], ids=["RSA", "RSASSA-PSS"])
def test_a_unique_identifier_is_found_beside_any_key(is_tied: bool, key: rsa.RSAPrivateKey) -> None:
    assert has_unique_identifier(certificate(key, 0x81, is_tied=is_tied))
    assert has_unique_identifier(certificate(key, 0x82, is_tied=is_tied))
    assert not has_unique_identifier(certificate(key, is_tied=is_tied))
