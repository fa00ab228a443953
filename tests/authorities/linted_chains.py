"""Chains of a leaf, its issuer and a root, which tests spoil in one point."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from edge_signer.signing.credentials.time_stamp_response import children, encoded, only_element
from tests.authorities.certificates import key_usage
from tests.authorities.time_stamp_forge import der

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
POLICY = ObjectIdentifier("1.3.6.1.4.1.62558.1.1")
LEVEL = ObjectIdentifier("1.3.6.1.4.1.62558.3")
RECORD = ObjectIdentifier("1.3.6.1.4.1.62558.4")
USES = (CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)
#: Changes the encoded fields of a certificate.
Edit = Callable[[list[bytes]], list[bytes]]
_BIT_STRING = 0x03
_SEQUENCE = 0x30


def responder() -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier("http://ocsp.example.com")
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)]
    )


def policies() -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)])


def unknown(oid: ObjectIdentifier, content: object) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(oid, asn1.encode_der(content))


@dataclass
class Draft:
    """A certificate before it is issued.

    Attributes:
        names: Its subject, by attribute.
        public_key: The key that it certifies.
        extensions: By name: the extension, and whether it is critical.
        hashed: The digest that its issuer signs.
        begins: Of its validity, from now.
        ends: Of its validity, from now.
        serial_number: Its serial number.
    """

    names: dict[ObjectIdentifier, str]
    public_key: Any
    extensions: dict[str, tuple[x509.ExtensionType, bool]]
    hashed: Any = field(default_factory=hashes.SHA384)
    begins: timedelta = timedelta(hours=-1)
    ends: timedelta = timedelta(days=60)
    serial_number: int = 0x1234567890

    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(*one) for one in self.names.items()])

    def issued_by(self, name: x509.Name, key: Any) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject())
            .issuer_name(name)
            .serial_number(self.serial_number)
            .not_valid_before(now + self.begins)
            .not_valid_after(now + self.ends)
            .public_key(self.public_key)
        )
        for extension, critical in self.extensions.values():
            builder = builder.add_extension(extension, critical)
        return builder.sign(key, self.hashed)


class Chain:
    """A chain that conforms to level 2 of the programme until a test changes it.

    Attributes:
        leaf, issuer, root: Drafts of its certificates.
        upper: A CA between the issuer and the root; None for none.
        has_authority_key: Whether the leaf names its issuer's key.
        edits: By the draft's name: changes the fields of the issued certificate, in DER.
        arranged: Gives the certificates of the file, from leaf and issuers.
    """

    def __init__(self, public_key: Any) -> None:
        self.root_key = ec.generate_private_key(ec.SECP384R1())
        self.issuer_key: Any = ec.generate_private_key(ec.SECP384R1())
        self.leaf = Draft(_names("Desk Camera"), public_key, {})
        self.issuer = Draft(
            _names("Issuing CA"), self.issuer_key.public_key(), {}, ends=timedelta(days=900)
        )
        self.root = Draft(
            _names("Root"),
            self.root_key.public_key(),
            {
                "constraints": (x509.BasicConstraints(ca=True, path_length=None), True),
                "usage": (key_usage(frozenset({"key_cert_sign"})), True),
            },
            ends=timedelta(days=3000),
        )
        self.upper: Draft | None = None
        self.has_authority_key = True
        self.edits: dict[str, Edit] = {}
        self.arranged: Callable[[list[x509.Certificate]], list[x509.Certificate]] = list
        root_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            self.root_key.public_key()
        )
        self.leaf.extensions = {
            "constraints": (x509.BasicConstraints(ca=False, path_length=None), True),
            "usage": (key_usage(frozenset({"digital_signature", "content_commitment"})), True),
            "uses": (x509.ExtendedKeyUsage(USES), False),
            "key": (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
            "policies": (policies(), False),
            "access": (responder(), False),
            "level": (unknown(LEVEL, ObjectIdentifier("1.3.6.1.4.1.62558.3.20")), False),
            "record": (unknown(RECORD, str(uuid.UUID(int=7))), False),
        }
        self.issuer.extensions = {
            "constraints": (x509.BasicConstraints(ca=True, path_length=0), True),
            "usage": (key_usage(frozenset({"key_cert_sign", "crl_sign"})), True),
            "uses": (x509.ExtendedKeyUsage(USES), False),
            "key": (x509.SubjectKeyIdentifier(b""), False),
            "authority": (root_identifier, False),
            "policies": (policies(), False),
            "access": (responder(), False),
        }

    def set_issuer_key(self, key: Any) -> None:
        self.issuer_key, self.issuer.public_key = key, key.public_key()

    def set_root_key(self, key: Any) -> None:
        self.root_key, self.root.public_key = key, key.public_key()

    def add_upper(self, path_length: int) -> None:
        """Put a CA above the issuer's."""
        key = self.root_key.public_key()
        extensions = {
            **self.issuer.extensions,
            "constraints": (x509.BasicConstraints(ca=True, path_length=path_length), True),
            "key": (x509.SubjectKeyIdentifier.from_public_key(key), False),
        }
        self.upper = Draft(_names("Upper CA"), key, extensions, ends=timedelta(days=1800))

    def certificates(self) -> tuple[list[x509.Certificate], x509.Certificate]:
        """Give the chain, leaf first, and its root."""
        own_key = x509.SubjectKeyIdentifier.from_public_key(self.issuer.public_key)
        if self.has_authority_key:
            authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer.public_key)
            self.leaf.extensions["authority"] = (authority, False)
        if "key" in self.issuer.extensions:
            self.issuer.extensions["key"] = (own_key, False)
        above = self.upper or self.root
        root_name = self.root.subject()
        uppers = [] if self.upper is None else [self.upper.issued_by(root_name, self.root_key)]
        leaf = self._issued("leaf", self.issuer.subject(), self.issuer_key)
        issuer = self._issued("issuer", above.subject(), self.root_key)
        root = self.root.issued_by(root_name, self.root_key)
        return self.arranged([leaf, issuer, *uppers]), root

    def _issued(self, draft: str, name: x509.Name, key: Any) -> x509.Certificate:
        issued: x509.Certificate = getattr(self, draft).issued_by(name, key)
        edit = self.edits.get(draft)
        return issued if edit is None else edited(issued, key, edit)


def edited(certificate: x509.Certificate, key: Any, edit: Edit) -> x509.Certificate:
    """Change the fields of a certificate (RFC 5280 §4.1) and have its issuer sign it again."""
    encoding = certificate.public_bytes(serialization.Encoding.DER)
    body, algorithm, _ = _fields(encoding)
    changed = der(_SEQUENCE, b"".join(edit(_fields(body))))
    signature = key.sign(changed, ec.ECDSA(hashes.SHA384()))
    return x509.load_der_x509_certificate(
        der(_SEQUENCE, changed + algorithm + der(_BIT_STRING, b"\0" + signature))
    )


def _fields(sequence: bytes) -> list[bytes]:
    return [encoded(sequence, one) for one in children(sequence, only_element(sequence))]


def _names(name: str) -> dict[ObjectIdentifier, str]:
    return {
        NameOID.COUNTRY_NAME: "CH",
        NameOID.ORGANIZATION_NAME: "Example AG",
        NameOID.COMMON_NAME: name,
    }
