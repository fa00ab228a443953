"""Time-stamp answers of every kind, true and false: TSTInfo by hand, signed by `openssl cms`."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from rfc3161_client import _rust

from edge_signer.signing.credentials.time_stamp_response import children, encoded, only_element
from tests.authorities.certificates import dated, key_usage

PEM = serialization.Encoding.PEM
DAY = timedelta(days=1)
SHA256 = bytes.fromhex("300d06096086480165030402010500")
_ECDSA_WITH_SHA256 = bytes.fromhex("06082a8648ce3d040302")
SHA512 = bytes.fromhex("300d06096086480165030402030500")


@dataclass(frozen=True)
class StampingLeaf:
    """What a time-stamp authority's certificate shall say; validity is told from now."""

    uses: tuple[ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    uses_are_critical: bool = True
    key_usages: frozenset[str] | None = frozenset({"digital_signature"})
    has_authority_key: bool = True
    has_subject_key: bool = True
    is_ca: bool = False
    begins: timedelta = -DAY
    ends: timedelta = DAY
    others: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    hash_name: str = "sha256"


@dataclass(frozen=True)
class Lie:
    """Where an answer departs from the truth.

    Attributes:
        status: PKIStatus; the token is there all the same.
        digest: Instead of the one that was asked about.
        algorithm: AlgorithmIdentifier of the imprint.
        nonce: Is added to the one that was asked for; None leaves it out.
        age: How long ago the stamp says that it was made.
        has_certificate: Whether the token carries the certificate.
        serial_number: Of the stamp.
        signed_over: The digest that the signature is over.
        fraction: Of the second, as genTime writes it, such as `.194`.
        certificates_reversed: Whether root and leaf are sent in the order that DER forbids.
        attributes_reversed: Whether the signed attributes are.
        names_key: Whether the signer is named by key identifier.
        has_certificate_id: Whether the signed attributes have an ESSCertIDv2.
        signature_algorithm: OID in the place of ecdsa-with-SHA256, as long as that.
        failure: Number of a bit of PKIFailureInfo.
    """

    status: int = 0
    digest: bytes | None = None
    algorithm: bytes = SHA256
    nonce: int | None = 0
    age: timedelta = timedelta(0)
    has_certificate: bool = True
    serial_number: int = 4711
    signed_over: str = "sha256"
    fraction: str = ""
    certificates_reversed: bool = False
    attributes_reversed: bool = False
    names_key: bool = False
    has_certificate_id: bool = True
    signature_algorithm: bytes = _ECDSA_WITH_SHA256
    failure: int | None = None


class StampForge:
    """A root, and an authority under it that says what a test wants."""

    def __init__(self) -> None:
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Time-Stamp Root")
        self.root = _sign(
            dated(name, name, -100 * DAY, 300 * DAY).public_key(self._root_key.public_key()),
            [
                (x509.BasicConstraints(ca=True, path_length=None), True),
                (key_usage(frozenset({"key_cert_sign"})), True),
                *_key_ids(self._root_key.public_key(), self._root_key.public_key()),
            ],
            self._root_key,
            hashes.SHA256(),
        )
        self.root_pem = self.root.public_bytes(PEM).decode()

    def issue(self, leaf: StampingLeaf) -> x509.Certificate:
        public_key = leaf.key.public_key()
        subject_key, authority_key = _key_ids(public_key, self._root_key.public_key())
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=leaf.is_ca, path_length=None), True),
            *leaf.others,
        ]
        if leaf.uses:
            extensions.append((x509.ExtendedKeyUsage(leaf.uses), leaf.uses_are_critical))
        if leaf.key_usages is not None:
            extensions.append((key_usage(leaf.key_usages), True))
        if leaf.has_subject_key:
            extensions.append(subject_key)
        if leaf.has_authority_key:
            extensions.append(authority_key)
        builder = dated(_name("Time-Stamps"), self.root.subject, leaf.begins, leaf.ends)
        hashed = {"sha224": hashes.SHA224(), "sha256": hashes.SHA256()}[leaf.hash_name]
        return _sign(builder.public_key(public_key), extensions, self._root_key, hashed)

    def reply(self, query: bytes, leaf: StampingLeaf = StampingLeaf(), lie: Lie = Lie()) -> bytes:
        """Answer a TimeStampReq with a TimeStampResp."""
        asked: Any = _rust.parse_timestamp_request(query)
        moment = datetime.now(UTC) - lie.age
        digest = lie.digest or asked.message_imprint.message
        nonce = b"" if lie.nonce is None else _integer(asked.nonce + lie.nonce)
        tst_info = der(
            0x30,
            _integer(1)
            + bytes.fromhex("06032a0304")
            + der(0x30, lie.algorithm + der(4, digest))
            + _integer(lie.serial_number)
            + der(0x18, (moment.strftime("%Y%m%d%H%M%S") + lie.fraction + "Z").encode())
            + nonce,
        )
        token = self._signed(tst_info, leaf, lie)
        bits = b"" if lie.failure is None else _failure_info(lie.failure)
        response = der(0x30, der(0x30, _integer(lie.status) + bits) + token)
        if lie.signature_algorithm != _ECDSA_WITH_SHA256:
            before, _, signature = response.rpartition(_ECDSA_WITH_SHA256)
            response = before + lie.signature_algorithm + signature
        if lie.certificates_reversed:
            response = _reversed(response, "certificates")
        if lie.attributes_reversed:
            response = _reversed(response, "attributes")
        return response

    def _signed(self, tst_info: bytes, leaf: StampingLeaf, lie: Lie) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
            issued, root = self.issue(leaf).public_bytes(PEM), Path(folder, "root.pem")
            certificate.write_bytes(issued)
            root.write_text(self.root_pem)
            key.write_bytes(
                leaf.key.private_bytes(
                    PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
            return subprocess.run(
                [
                    *("openssl", "cms", "-sign", "-binary", "-nodetach", "-nosmimecap"),
                    *("-outform", "DER", "-econtent_type", "1.2.840.113549.1.9.16.1.4"),
                    *("-md", lie.signed_over, "-signer", str(certificate), "-inkey", str(key)),
                    *(() if lie.has_certificate else ("-nocerts",)),
                    *(("-cades",) if lie.has_certificate_id else ()),
                    *(("-keyid",) if lie.names_key else ()),
                    *(("-certfile", str(root)) if lie.certificates_reversed else ()),
                ],
                input=tst_info,
                capture_output=True,
                check=True,
            ).stdout


def _failure_info(bit: int) -> bytes:
    octets = bytearray(bit // 8 + 1)
    octets[-1] = 0x80 >> bit % 8
    return der(3, bytes([7 - bit % 8]) + octets)


def _reversed(response: bytes, what: str) -> bytes:
    """Turn the order of a SET in a TimeStampResp around; lengths and signatures stay."""
    _, token = children(response, only_element(response))
    (signed_data,) = children(response, children(response, token)[1])
    fields = children(response, signed_data)
    if what == "certificates":
        turned = fields[3]
    else:
        (signer,) = children(response, fields[-1])
        turned = children(response, signer)[3]
    members = [encoded(response, one) for one in children(response, turned)]
    assert members == sorted(members)
    return response[: turned.content] + b"".join(reversed(members)) + response[turned.end :]


def der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    encoded = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(encoded)]) + encoded + content


def _integer(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_ids(
    subject: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, issuer: ec.EllipticCurvePublicKey
) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.SubjectKeyIdentifier.from_public_key(subject), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False),
    ]


def _sign(
    builder: x509.CertificateBuilder,
    extensions: list[tuple[x509.ExtensionType, bool]],
    key: ec.EllipticCurvePrivateKey,
    hashed: Any,
) -> x509.Certificate:
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashed)
