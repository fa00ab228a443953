"""Chains of a root, an issuer that says what a test wants, and a leaf."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.authorities.certificates import dated, key_usage

PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Issuer:
    """What an issuing certificate shall say, and what of it is critical besides."""

    is_ca: bool = True
    has_constraints: bool = True
    usages: frozenset[str] = frozenset({"key_cert_sign"})
    has_authority_key: bool = True
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    signed_over: hashes.SHA224 | hashes.SHA256 = field(default_factory=hashes.SHA256)
    critical: x509.ExtensionType | None = None
    critical_in_leaf: x509.ExtensionType | None = None


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
    if said.critical is not None:
        extensions.append((said.critical, True))
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
            *([] if said.critical_in_leaf is None else [(said.critical_in_leaf, True)]),
        ],
        hashes.SHA256(),
    )
    return (leaf, issuing), root


def pem_of(certificates: tuple[x509.Certificate, ...]) -> str:
    return "".join(one.public_bytes(PEM).decode() for one in certificates)
