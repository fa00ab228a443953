"""A certificate authority for development, whose keys exist only in this process.

Leaves follow the C2PA conformance programme's certificate profile for claim signing
(C2PA Certificate Policy, assurance level 2): at most 90 days, C, O and CN in the subject.
"""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID as AccessMethod
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_CERTIFICATE_POLICY = ObjectIdentifier("1.3.6.1.4.1.62558.1.1")
# No server has this name: a development certificate is never revoked.
_OCSP_URL = "http://ocsp.invalid"
_ORGANISATION = "Edge Signer Development"
_ROOT_LIFETIME = timedelta(days=365)
_ISSUING_LIFETIME = timedelta(days=180)
_LEAF_LIFETIME = timedelta(days=90)
# Certificates must be valid for clocks that are a little slow.
_BACKDATE = timedelta(minutes=5)


class DevelopmentCa:
    """Root, issuing CA, and the root of a time-stamp authority, all new."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC).replace(microsecond=0) - _BACKDATE
        self._root_key, self._root = self._self_signed("Development Root")
        self._timestamp_key, self._timestamp_root = self._self_signed("Development Time-Stamp Root")
        self._issuing_key = ec.generate_private_key(ec.SECP256R1())
        self._issuing = self._issuing_ca()

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
        public_key = serialization.load_der_public_key(public_key_der)
        issuer = self._issuing_key.public_key()
        leaf = (
            self._builder(_subject(common_name), self._issuing.subject, _LEAF_LIFETIME)
            .public_key(public_key)  # type: ignore[arg-type]
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True, non_repudiation=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING]),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(public_key),  # type: ignore[arg-type]
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False
            )
            .add_extension(
                x509.AuthorityInformationAccess(
                    [
                        x509.AccessDescription(
                            AccessMethod.OCSP, x509.UniformResourceIdentifier(_OCSP_URL)
                        )
                    ]
                ),
                critical=False,
            )
            .add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(_CERTIFICATE_POLICY, None)]),
                critical=False,
            )
            .sign(self._issuing_key, hashes.SHA256())
        )
        return _pem(leaf) + _pem(self._issuing)

    def issue_time_stamping(self, public_key: ec.EllipticCurvePublicKey) -> str:
        """Certify a time-stamp authority's key, for time-stamps only (RFC 3161 section 2.3).

        Args:
            public_key: The authority's.

        Returns:
            The certificate in PEM, issued by the time-stamp root.
        """
        issuer = self._timestamp_key.public_key()
        leaf = (
            self._builder(
                _subject("Development Time-Stamps"), self._timestamp_root.subject, _LEAF_LIFETIME
            )
            .public_key(public_key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False
            )
            .sign(self._timestamp_key, hashes.SHA256())
        )
        return _pem(leaf)

    def _self_signed(self, common_name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _subject(common_name)
        builder = self._builder(name, name, _ROOT_LIFETIME)
        return key, _as_ca(builder, key.public_key(), key, path_length=None)

    def _issuing_ca(self) -> x509.Certificate:
        builder = self._builder(
            _subject("Development Issuing CA"), self._root.subject, _ISSUING_LIFETIME
        )
        return _as_ca(builder, self._issuing_key.public_key(), self._root_key, path_length=0)

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, lifetime: timedelta
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now)
            .not_valid_after(self._now + lifetime)
        )


def _as_ca(
    builder: x509.CertificateBuilder,
    public_key: CertificatePublicKeyTypes,
    issuer_key: ec.EllipticCurvePrivateKey,
    path_length: int | None,
) -> x509.Certificate:
    issuer = issuer_key.public_key()
    return (
        builder.public_key(public_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    non_repudiation: bool = False,
    signs_certificates: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=non_repudiation,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


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
