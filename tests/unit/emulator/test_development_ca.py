from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from edge_signer.signing.credentials.time_stamp_check import time_stamping_faults
from emulator.credentials.development_ca import DevelopmentCa

T = TypeVar("T", bound=x509.ExtensionType)

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.62558.1.1")


def spki(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture(scope="module")
def ca() -> DevelopmentCa:
    return DevelopmentCa()


@pytest.fixture(scope="module")
def chain(ca: DevelopmentCa) -> list[x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    return x509.load_pem_x509_certificates(ca.issue("Signer", spki(key)).encode())


def extension(certificate: x509.Certificate, kind: type[T]) -> T:
    return certificate.extensions.get_extension_for_class(kind).value


def test_the_chain_leads_to_the_anchor_and_leaves_it_out(
    ca: DevelopmentCa, chain: list[x509.Certificate]
) -> None:
    (root,) = x509.load_pem_x509_certificates(ca.anchors_pem().encode())

    leaf, issuing = chain
    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)


def test_a_leaf_has_the_programmes_profile(chain: list[x509.Certificate]) -> None:
    leaf, issuing = chain

    assert leaf.version is x509.Version.v3
    assert {attribute.oid for attribute in leaf.subject} == {
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.COMMON_NAME,
    }
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert set(extension(leaf, x509.ExtendedKeyUsage)) == {
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        CLAIM_SIGNING,
    }
    assert extension(leaf, x509.BasicConstraints).ca is False
    assert [p.policy_identifier for p in extension(leaf, x509.CertificatePolicies)] == [POLICY]
    (access,) = extension(leaf, x509.AuthorityInformationAccess)
    assert access.access_method == AuthorityInformationAccessOID.OCSP
    authority = extension(leaf, x509.AuthorityKeyIdentifier)
    assert authority.key_identifier == extension(issuing, x509.SubjectKeyIdentifier).digest
    assert extension(leaf, x509.SubjectKeyIdentifier)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=90)


def test_a_time_stamp_authority_has_a_certificate_for_nothing_else(ca: DevelopmentCa) -> None:
    (root,) = x509.load_pem_x509_certificates(ca.timestamp_anchors_pem().encode())
    key = ec.generate_private_key(ec.SECP256R1())
    pem = ca.issue_time_stamping(key.public_key())
    (leaf,) = x509.load_pem_x509_certificates(pem.encode())

    leaf.verify_directly_issued_by(root)
    assert leaf.public_key() == key.public_key()
    assert time_stamping_faults(leaf) == []
    assert extension(leaf, x509.SubjectKeyIdentifier)
    assert leaf.not_valid_after_utc <= root.not_valid_after_utc


def test_the_time_stamp_root_is_another_one(ca: DevelopmentCa) -> None:
    assert ca.timestamp_anchors_pem() != ca.anchors_pem()


@pytest.mark.parametrize("bits", [2048, 4096])
def test_an_rsa_chain_fits_a_standard_parameter(ca: DevelopmentCa, bits: int) -> None:
    # Only its length matters here, and a real key of 4,096 bits takes seconds to make.
    numbers = rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 1)
    public_key = numbers.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    assert len(ca.issue("Edge Signer staging signing", public_key)) <= 4096


def test_an_ed25519_key_can_be_certified(ca: DevelopmentCa) -> None:
    assert ca.issue("Receipts", spki(ed25519.Ed25519PrivateKey.generate()))
