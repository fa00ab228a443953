"""A certificate authority for development, whose keys exist only in this process.

Leaves follow the C2PA conformance programme's certificate profile for claim signing
(C2PA Certificate Policy, assurance level 2): at most 90 days, C, O and CN in the subject.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID as AccessMethod
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.credentials.leaf_profile import Extension, claim_signing_extensions, key_usage

# No server has this name: a development certificate is never revoked.
_OCSP_URL = "http://ocsp.invalid"
_ORGANISATION = "Edge Signer Development"
_ROOT_LIFETIME = timedelta(days=365)
_ISSUING_LIFETIME = timedelta(days=180)
_LEAF_LIFETIME = timedelta(days=90)
# Certificates must be valid for clocks that are a little slow.
_BACKDATE = timedelta(minutes=5)


class DevelopmentCa:
    """Root, issuing CA, and the root of a time-stamp authority, all new.

    Args:
        age: How long ago it was set up and issued its certificates; some may have expired since.
    """

    def __init__(self, age: timedelta = _BACKDATE) -> None:
        self._now = datetime.now(UTC).replace(microsecond=0) - age
        self._root_key, self._root = self._self_signed("Development Root")
        self._timestamp_key, self._timestamp_root = self._self_signed("Development Time-Stamp Root")
        self._issuing_key = _new_key()
        self._issuing = self._certificate(
            "Development Issuing CA",
            self._issuing_key.public_key(),
            _ISSUING_LIFETIME,
            _authority(path_length=0),
            (self._root_key, self._root.subject),
        )

    def anchors_pem(self) -> str:
        """Return the root that verifiers must trust, in PEM."""
        return _pem(self._root)

    def timestamp_anchors_pem(self) -> str:
        """Return the root of the time-stamp authority, in PEM."""
        return _pem(self._timestamp_root)

    def issue(self, common_name: str, public_key_der: bytes) -> str:
        """Certify a claim-signing key.

        Args:
            common_name: The subject's CN.
            public_key_der: The key's SubjectPublicKeyInfo, as KMS GetPublicKey returns it.

        Returns:
            The chain in PEM: the leaf, then the issuing CA, without the root.

        Raises:
            ValueError: The key cannot be read.
        """
        ocsp = x509.AccessDescription(AccessMethod.OCSP, x509.UniformResourceIdentifier(_OCSP_URL))
        leaf = self._certificate(
            common_name,
            serialization.load_der_public_key(public_key_der),
            _LEAF_LIFETIME,
            [
                *claim_signing_extensions(names_policy=True),
                (x509.AuthorityInformationAccess([ocsp]), False),
            ],
            (self._issuing_key, self._issuing.subject),
        )
        return _pem(leaf) + _pem(self._issuing)

    def issue_time_stamping(self, public_key: ec.EllipticCurvePublicKey) -> str:
        """Certify a time-stamp authority's key, for time-stamps only (RFC 3161 section 2.3).

        Args:
            public_key: The authority's.

        Returns:
            The certificate in PEM, issued by the time-stamp root.
        """
        leaf = self._certificate(
            "Development Time-Stamps",
            public_key,
            _LEAF_LIFETIME,
            [
                (x509.BasicConstraints(ca=False, path_length=None), True),
                (key_usage(digital_signature=True), True),
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            ],
            (self._timestamp_key, self._timestamp_root.subject),
        )
        return _pem(leaf)

    def _self_signed(self, common_name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key, extensions = _new_key(), _authority(path_length=None)
        issuer = key, _subject(common_name)
        return key, self._certificate(
            common_name, key.public_key(), _ROOT_LIFETIME, extensions, issuer
        )

    def _certificate(
        self,
        common_name: str,
        public_key: Any,
        lifetime: timedelta,
        extensions: Iterable[Extension],
        issuer: tuple[ec.EllipticCurvePrivateKey, x509.Name],
    ) -> x509.Certificate:
        issuer_key, issuer_name = issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(common_name))
            .issuer_name(issuer_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now)
            .not_valid_after(self._now + lifetime)
        )
        for extension, critical in (
            *extensions,
            (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
        ):
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _authority(path_length: int | None) -> list[Extension]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (key_usage(signs_certificates=True), True),
    ]


def _subject(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CH"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
