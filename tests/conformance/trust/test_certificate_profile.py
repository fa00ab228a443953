"""Certificates that c2pa-rs does not accept are refused before anything is signed under them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.certificate_profile import profile_faults
from edge_signer.signing.errors import CredentialUnavailableError
from tests.authorities.certificates import dated, key_usage
from tests.judges.engines import c2pa_rs
from tests.signers.software_signer import Workshop

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")


@dataclass(frozen=True)
class Leaf:
    """What a certificate shall say."""

    uses: tuple[ObjectIdentifier, ...] = (ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING)
    key_usages: frozenset[str] = frozenset({"digital_signature"})
    has_key_usage: bool = True
    has_authority_key: bool = True
    is_ca: bool = False
    organisation: str = "Test"
    signed_over: hashes.SHA224 | hashes.SHA256 = field(default_factory=hashes.SHA256)
    others: tuple[tuple[x509.ExtensionType, bool], ...] = field(default=())


def unknown(critical: bool) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    made_up = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    return ((made_up, critical),)


ACCEPTED = {
    "the programme's": Leaf(),
    "documents": Leaf(uses=(DOCUMENT_SIGNING,)),
    "an unknown extension": Leaf(others=unknown(critical=False)),
}
REFUSED = {
    "a critical extension of TLS": (
        Leaf(others=((x509.TLSFeature([x509.TLSFeatureType.status_request]), True),)),
        r"critical extension TLSFeature \(1\.3\.6\.1\.5\.5\.7\.1\.24\)",
    ),
    "a critical OCSPNoCheck": (Leaf(others=((x509.OCSPNoCheck(), True),)), "OCSPNoCheck"),
    "SHA-224": (Leaf(signed_over=hashes.SHA224()), "must be signed with"),
    "no extended key usage": (Leaf(uses=()), "an extended key usage for claims"),
    "any use": (Leaf(uses=(*Leaf.uses, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)), "anything"),
    "a server's": (Leaf(uses=(ExtendedKeyUsageOID.SERVER_AUTH,)), "an extended key usage for"),
    "time-stamps too": (Leaf(uses=(*Leaf.uses, ExtendedKeyUsageOID.TIME_STAMPING)), "time-stamps"),
    "no key usage": (Leaf(has_key_usage=False), "digitalSignature"),
    "no signatures": (Leaf(key_usages=frozenset({"key_agreement"})), "digitalSignature"),
    "certificates too": (
        Leaf(key_usages=frozenset({"digital_signature", "key_cert_sign"})),
        "keyCertSign",
    ),
    "a CA": (Leaf(is_ca=True), "a CA"),
    "no authority key": (Leaf(has_authority_key=False), "authority key identifier"),
    "a critical unknown": (Leaf(others=unknown(critical=True)), r"1\.3\.6\.1\.4\.1\.99999\.1"),
}


@pytest.fixture(scope="module")
def issuer() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issuer")])
    builder = dated(name, name).public_key(key.public_key())
    for extension in (
        x509.BasicConstraints(ca=True, path_length=None),
        key_usage(frozenset({"key_cert_sign"})),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
    ):
        builder = builder.add_extension(extension, critical=False)
    return key, builder.sign(key, hashes.SHA256())


def issue(
    leaf: Leaf,
    public_key: ec.EllipticCurvePublicKey,
    issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> x509.Certificate:
    issuer_key, issuer_certificate = issuer
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "Leaf")]
    if leaf.organisation:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, leaf.organisation))
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=leaf.is_ca, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
        *leaf.others,
    ]
    if leaf.uses:
        extensions.append((x509.ExtendedKeyUsage(leaf.uses), False))
    if leaf.has_key_usage:
        extensions.append((key_usage(leaf.key_usages), True))
    if leaf.has_authority_key:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        extensions.append((authority, False))
    builder = dated(x509.Name(names), issuer_certificate.subject).public_key(public_key)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, leaf.signed_over)


def verdict_state(
    leaf: x509.Certificate,
    issuer: x509.Certificate,
    workshop: Workshop,
    photograph: bytes,
) -> str:
    """Sign under the certificate although our own check would refuse it, and have c2pa-rs judge."""
    workshop.signer.certificate_chain = CertificateChain((leaf,))
    store = workshop.sign(photograph)
    anchor = issuer.public_bytes(serialization.Encoding.PEM).decode()
    return c2pa_rs(photograph, "image/jpeg", store, anchor).state


@pytest.mark.parametrize("case", ACCEPTED)
def test_an_accepted_certificate_is_trusted(
    case: str, issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate], photograph: bytes
) -> None:
    workshop = Workshop()
    certificate = issue(ACCEPTED[case], workshop.signer.public_key, issuer)
    assert profile_faults(certificate) == []
    assert verdict_state(certificate, issuer[1], workshop, photograph) == "Trusted"


@pytest.mark.parametrize("case", REFUSED)
def test_a_certificate_that_c2pa_rs_does_not_accept_is_refused_with_the_reason(
    case: str, issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate], photograph: bytes
) -> None:
    leaf, reason = REFUSED[case]
    workshop = Workshop()
    certificate = issue(leaf, workshop.signer.public_key, issuer)
    assert verdict_state(certificate, issuer[1], workshop, photograph) == "Invalid"
    with pytest.raises(CredentialUnavailableError, match=reason):
        CertificateChain.from_pem(certificate.public_bytes(serialization.Encoding.PEM).decode())


def test_a_certificate_without_an_organisation_is_refused_for_older_engines(
    issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> None:
    certificate = issue(Leaf(organisation=""), Workshop().signer.public_key, issuer)
    (fault,) = profile_faults(certificate)
    assert (fault.code, str(fault)) == ("organisation-missing", "must name an organisation")
