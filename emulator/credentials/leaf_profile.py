"""What the C2PA Certificate Policy 0.2 requires of a leaf that signs claims."""

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

_CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_CERTIFICATE_POLICY = ObjectIdentifier("1.3.6.1.4.1.62558.1.1")

#: An extension, and whether it is critical.
Extension = tuple[x509.ExtensionType, bool]


def claim_signing_extensions(*, names_policy: bool) -> list[Extension]:
    """Return what a leaf has.

    The policy requires claim signing and either e-mail or documents. Engines that do not know
    claim signing accept e-mail, and the programme's own schema of requests gives documents
    another number than RFC 9336 does.

    Args:
        names_policy: Whether it names the policy; authorities outside the programme do not know it.
    """
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING])
    policy = x509.PolicyInformation(_CERTIFICATE_POLICY, None)
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage(digital_signature=True, non_repudiation=True), True),
        (uses, False),
        *([(x509.CertificatePolicies([policy]), False)] if names_policy else []),
    ]


def key_usage(
    *,
    digital_signature: bool = False,
    non_repudiation: bool = False,
    signs_certificates: bool = False,
) -> x509.KeyUsage:
    """Return a key usage with these bits and no others.

    Args:
        digital_signature: Of leaves.
        non_repudiation: Of leaves that sign claims; X.509 also calls it content commitment.
        signs_certificates: Of authorities, which sign their revocation lists too.
    """
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
