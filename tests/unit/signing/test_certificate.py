"""The chain, and the check of every signature against it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificate

from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError
from tests.signers.software_signer import SoftwareSigner, Workshop


@pytest.fixture
def signer(workshop: Workshop) -> SoftwareSigner:
    return workshop.signer


def test_a_chain_outside_its_validity_is_refused(signer: SoftwareSigner) -> None:
    chain = signer.certificate_chain
    chain.require_valid()
    now = datetime.now(UTC)
    with pytest.raises(CredentialUnavailableError, match="expired at"):
        chain.require_valid(now + timedelta(days=91))
    with pytest.raises(CredentialUnavailableError, match="valid only from"):
        chain.require_valid(now - timedelta(days=1))


@pytest.mark.parametrize(
    "pem", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_broken_chain_is_refused(pem: str) -> None:
    with pytest.raises(CredentialUnavailableError):
        CertificateChain.from_pem(pem)


def test_a_chain_out_of_order_or_with_its_root_is_refused(workshop: Workshop) -> None:
    def pem(*certificates: Certificate) -> str:
        return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)

    leaf, issuer = workshop.signer.certificate_chain.certificates
    root = load_pem_x509_certificate(workshop.ca.anchors_pem().encode())
    CertificateChain.from_pem(pem(leaf, issuer))
    with pytest.raises(CredentialUnavailableError, match="leaf to issuer"):
        CertificateChain.from_pem(pem(issuer, leaf))
    with pytest.raises(CredentialUnavailableError, match="leave its root out"):
        CertificateChain.from_pem(pem(leaf, issuer, root))
    with pytest.raises(CredentialUnavailableError, match="leaf to issuer"):
        CertificateChain.from_pem(pem(leaf, root))


def test_a_certificate_of_a_version_that_does_not_exist_is_refused(workshop: Workshop) -> None:
    (leaf, _) = workshop.signer.certificate_chain.x5chain
    changed = leaf.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020105"), 1)
    assert changed != leaf
    pem = b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n"
    with pytest.raises(CredentialUnavailableError, match="cannot be read"):
        CertificateChain.from_pem((pem % base64.encodebytes(changed)).decode())
