"""Issuers that engines do not follow are refused before anything is signed under them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge_signer.signing.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError
from tests.certificates import dated, key_usage
from tests.judges import JUDGES
from tests.software_signer import Workshop

PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Issuer:
    """What an issuing certificate shall say."""

    is_ca: bool = True
    has_constraints: bool = True
    usages: frozenset[str] = frozenset({"key_cert_sign"})
    has_authority_key: bool = True
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    signed_over: hashes.SHA224 | hashes.SHA256 = field(default_factory=hashes.SHA256)


REFUSED = {
    "no CA": (Issuer(is_ca=False), "must be a CA"),
    "no basic constraints": (Issuer(has_constraints=False), "must be a CA"),
    "no keyCertSign": (Issuer(usages=frozenset({"digital_signature"})), "keyCertSign"),
    "no authority key": (Issuer(has_authority_key=False), "authority key identifier"),
    "another curve": (Issuer(curve=ec.SECP256K1()), "a kind that verifiers take"),
    "SHA-224": (Issuer(signed_over=hashes.SHA224()), "must be signed with"),
}


def named(name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), organisation])


def certificate(
    subject: str,
    public_key: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    extensions: list[tuple[x509.ExtensionType, bool]],
    signed_over: hashes.SHA224 | hashes.SHA256,
) -> x509.Certificate:
    identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    builder = dated(named(subject), named(issuer)).public_key(public_key)
    builder = builder.add_extension(identifier, False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, signed_over)


def chain_under(
    said: Issuer, public_key: ec.EllipticCurvePublicKey
) -> tuple[tuple[x509.Certificate, ...], x509.Certificate]:
    """Give a leaf and its issuer, and the root above them."""
    root_key, issuing_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(said.curve),
    )
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    ca = (x509.BasicConstraints(ca=True, path_length=None), True)
    signs = (key_usage(frozenset({"key_cert_sign"})), True)
    root = certificate(
        "Root",
        root_key.public_key(),
        "Root",
        root_key,
        [ca, signs, (above, False)],
        hashes.SHA256(),
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = [(key_usage(said.usages), True)]
    if said.has_constraints:
        extensions.append((x509.BasicConstraints(ca=said.is_ca, path_length=None), True))
    if said.has_authority_key:
        extensions.append((above, False))
    issuing = certificate(
        "Issuer", issuing_key.public_key(), "Root", root_key, extensions, said.signed_over
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key())
    leaf = certificate(
        "Leaf",
        public_key,
        "Issuer",
        issuing_key,
        [
            (key_usage(frozenset({"digital_signature"})), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
            (authority, False),
        ],
        hashes.SHA256(),
    )
    return (leaf, issuing), root


def pem_of(certificates: tuple[x509.Certificate, ...]) -> str:
    return "".join(one.public_bytes(PEM).decode() for one in certificates)


def test_a_good_issuer_is_trusted_by_both_engines(photograph: bytes) -> None:
    workshop = Workshop()
    certificates, root = chain_under(Issuer(), workshop.signer.public_key)
    workshop.signer.certificate_chain = CertificateChain.from_pem(pem_of(certificates))
    store = workshop.sign(photograph)
    for judge in JUDGES:
        assert judge(photograph, "image/jpeg", store, pem_of((root,))).trusted


@pytest.mark.parametrize("case", REFUSED)
def test_an_issuer_that_an_engine_does_not_follow_is_refused_with_the_reason(
    case: str, photograph: bytes
) -> None:
    said, reason = REFUSED[case]
    workshop = Workshop()
    certificates, root = chain_under(said, workshop.signer.public_key)
    with pytest.raises(CredentialUnavailableError, match=reason):
        CertificateChain.from_pem(pem_of(certificates))
    # Signed under it all the same, so that the engines can say what they think.
    workshop.signer.certificate_chain = CertificateChain(certificates)
    store = workshop.sign(photograph)
    verdicts = [judge(photograph, "image/jpeg", store, pem_of((root,))) for judge in JUDGES]
    assert not all(verdict.trusted for verdict in verdicts), verdicts
