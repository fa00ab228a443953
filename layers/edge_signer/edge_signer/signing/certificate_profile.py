"""What a certificate must be so that verifiers accept it for signing claims.

After "Certificate Profiles" of the standard (C2PA 2.2 §14.5.1), as far as engines enforce it.
Whether its root is on anybody's trust list cannot be told here.
"""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_ALLOWED_USES = {_CLAIM_SIGNING, _DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION}
_FORBIDDEN_USES = {
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.TIME_STAMPING,
}

Extension = TypeVar("Extension", bound=x509.ExtensionType)


def profile_faults(leaf: x509.Certificate) -> list[str]:
    """Say what keeps a certificate from signing claims; nothing where all is well.

    Args:
        leaf: The signing certificate.

    Raises:
        ValueError: An extension cannot be read.
    """
    constraints = extension(leaf, x509.BasicConstraints)
    key_usage = extension(leaf, x509.KeyUsage)
    uses = set(extension(leaf, x509.ExtendedKeyUsage) or ())
    unknown = [one for one in leaf.extensions if isinstance(one.value, x509.UnrecognizedExtension)]
    demands = {
        "must be of version 3": leaf.version is x509.Version.v3,
        "must not be a CA": constraints is None or not constraints.ca,
        "must have the key usage digitalSignature": key_usage is not None
        and key_usage.digital_signature,
        "must not have the key usage keyCertSign": key_usage is None or not key_usage.key_cert_sign,
        "must have an extended key usage for claims, e-mail or documents": bool(
            uses & _ALLOWED_USES
        ),
        "must not have an extended key usage for anything, OCSP or time-stamps": not (
            uses & _FORBIDDEN_USES
        ),
        "must have an authority key identifier": extension(leaf, x509.AuthorityKeyIdentifier)
        is not None,
        "must not have a critical extension that verifiers do not know": not any(
            one.critical for one in unknown
        ),
        "must name an organisation": bool(
            leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        ),
    }
    return [demand for demand, is_met in demands.items() if not is_met]


def extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """Give what a certificate's extension says; None where it has none of that kind.

    Raises:
        ValueError: An extension cannot be read.
    """
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
