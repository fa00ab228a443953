"""Certification requests (PKCS #10, RFC 2986) with a signature made by KMS.

`cryptography` signs requests only with keys that it holds, so this module encodes their parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.x509.oid import ObjectIdentifier, SignatureAlgorithmOID

from edge_signer.signing.credentials.algorithm import Algorithm, RsaPss

_EXTENSION_REQUEST = ObjectIdentifier("1.2.840.113549.1.9.14")
_MGF1 = ObjectIdentifier("1.2.840.113549.1.1.8")
_HASHES = {
    "sha256": ObjectIdentifier("2.16.840.1.101.3.4.2.1"),
    "sha384": ObjectIdentifier("2.16.840.1.101.3.4.2.2"),
    "sha512": ObjectIdentifier("2.16.840.1.101.3.4.2.3"),
}
_SIGNATURES = {
    "ES256": SignatureAlgorithmOID.ECDSA_WITH_SHA256,
    "ES384": SignatureAlgorithmOID.ECDSA_WITH_SHA384,
    "ES512": SignatureAlgorithmOID.ECDSA_WITH_SHA512,
    "EdDSA": SignatureAlgorithmOID.ED25519,
}


@asn1.sequence
class _Extension:
    oid: ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class _Attribute:
    oid: ObjectIdentifier
    values: asn1.SetOf[list[_Extension]]


@asn1.sequence
class _RequestInfo:
    version: int
    subject: asn1.TLV
    public_key: asn1.TLV
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]


@asn1.sequence
class _PlainAlgorithm:
    oid: ObjectIdentifier


@asn1.sequence
class _HashAlgorithm:
    oid: ObjectIdentifier
    parameters: asn1.Null


@asn1.sequence
class _MaskGeneration:
    oid: ObjectIdentifier
    parameters: _HashAlgorithm


@asn1.sequence
class _PssParameters:
    hash_algorithm: Annotated[_HashAlgorithm, asn1.Explicit(0)]
    mask_generation: Annotated[_MaskGeneration, asn1.Explicit(1)]
    salt_bytes: Annotated[int, asn1.Explicit(2)]


@asn1.sequence
class _PssAlgorithm:
    oid: ObjectIdentifier
    parameters: _PssParameters


@asn1.sequence
class _Request:
    info: asn1.TLV
    algorithm: asn1.TLV
    signature: asn1.BitString


def request_info(
    subject: x509.Name,
    public_key_der: bytes,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> bytes:
    """Encode the part of a request that is signed (RFC 2986 section 4.1).

    Args:
        subject: The subject of the certificate.
        public_key_der: The SubjectPublicKeyInfo, as KMS GetPublicKey returns it.
        extensions: The extensions to ask for, each with whether it is critical; they go into
            the attribute extensionRequest (RFC 2985 section 5.4.2).

    Returns:
        The CertificationRequestInfo in DER.

    Raises:
        ValueError: The public key is not DER.
    """
    requested = [
        _Extension(oid=one.oid, critical=critical, value=one.public_bytes())
        for one, critical in extensions
    ]
    attribute = _Attribute(oid=_EXTENSION_REQUEST, values=asn1.SetOf([requested]))
    return asn1.encode_der(
        _RequestInfo(
            version=0,
            subject=_encoded(subject.public_bytes()),
            public_key=_encoded(public_key_der),
            attributes=asn1.SetOf([attribute]),
        )
    )


def signed_request(
    info: bytes, algorithm: Algorithm, signature: bytes
) -> x509.CertificateSigningRequest:
    """Assemble a request (RFC 2986 section 4.2) without checking its signature.

    Args:
        info: The CertificationRequestInfo in DER.
        algorithm: That of the signature.
        signature: As KMS returns it; ECDSA's in DER.

    Raises:
        ValueError: The info is not DER.
    """
    request = _Request(
        info=_encoded(info),
        algorithm=_encoded(_algorithm_identifier(algorithm)),
        signature=asn1.BitString(signature, 0),
    )
    return x509.load_der_x509_csr(asn1.encode_der(request))


def _algorithm_identifier(algorithm: Algorithm) -> bytes:
    """Encode the AlgorithmIdentifier (RFC 5758 section 3.2, RFC 8410 section 3, RFC 4055 3.1)."""
    if not isinstance(algorithm, RsaPss):
        return asn1.encode_der(_PlainAlgorithm(oid=_SIGNATURES[algorithm.name]))
    digest = _HashAlgorithm(oid=_HASHES[algorithm.hash_algorithm.name], parameters=asn1.Null())
    parameters = _PssParameters(
        hash_algorithm=digest,
        mask_generation=_MaskGeneration(oid=_MGF1, parameters=digest),
        salt_bytes=algorithm.hash_algorithm.digest_size,
    )
    return asn1.encode_der(
        _PssAlgorithm(oid=SignatureAlgorithmOID.RSASSA_PSS, parameters=parameters)
    )


def _encoded(der: bytes) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, der)
