"""Checks that a time-stamp is one that verifiers accept.

`rfc3161_client` checks status, nonce, imprint, signature, and the chain at the time of the stamp.
This module checks the rest: the clock, the signing-certificate attribute, and what engines require
of the certificate. c2pa-rs rejects a whole manifest if the authority's certificate has no authority
key identifier.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from rfc3161_client import HashAlgorithm, TimeStampRequest, TimestampRequestBuilder, VerifierBuilder

from edge_signer.signing.credentials.certificate_fields import critical_extension_faults, extension
from edge_signer.signing.credentials.signing_certificate_attribute import signing_certificate_faults
from edge_signer.signing.credentials.time_stamp import TimeStamp, refused, unusable
from edge_signer.signing.credentials.time_stamp_response import (
    GRANTED,
    DerError,
    TimeStampResponse,
    read_response,
)
from edge_signer.signing.errors import TsaUnavailableError

#: Largest difference between an authority's clock and ours.
MAX_SKEW = timedelta(minutes=2)
#: Limit for addresses and verifiers (RFC 3161 §2.4.2).
MAX_SERIAL_BITS = 160
_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
#: SHA-256, SHA-384 and SHA-512, the digests that a signature may use (C2PA 2.2 §13.1).
_DIGESTS = {ObjectIdentifier(f"2.16.840.1.101.3.4.2.{number}") for number in (1, 2, 3)}
_CERTIFICATE_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
# Contents of OIDs: SHA-256, SHA-384, SHA-512, each with RSA (PKCS #1) and ECDSA over it; and
# rsaEncryption, which goes with all. openssl does not check this, but engines do.
_RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")
_SIGNATURES_OVER = {
    bytes.fromhex("608648016503040201"): ("2a864886f70d01010b", "2a8648ce3d040302"),
    bytes.fromhex("608648016503040202"): ("2a864886f70d01010c", "2a8648ce3d040303"),
    bytes.fromhex("608648016503040203"): ("2a864886f70d01010d", "2a8648ce3d040304"),
}
#: Lasting PKIFailureInfo: badAlg, badRequest, badDataFormat, unacceptedPolicy,
#: unacceptedExtension. The others, such as timeNotAvailable, may pass.
_LASTING_FAILURES = {0, 2, 5, 15, 16}


def time_stamp_query(payload: bytes) -> TimeStampRequest:
    """Make a query for the SHA-256 of a payload, with a fresh nonce, asking for the certificate."""
    builder = TimestampRequestBuilder().data(payload).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def checked_time_stamp(
    response: bytes, query: TimeStampRequest, payload: bytes, roots: Sequence[x509.Certificate]
) -> TimeStamp:
    """Check the answer to a query.

    Args:
        response: The authority's TimeStampResp.
        query: The query.
        payload: The stamped bytes.
        roots: Roots to which its chain must lead.

    Raises:
        TsaUnavailableError: It does not answer this query, or verifiers would reject it.
    """
    return _checked(response, query.nonce, hashlib.sha256(payload).digest(), roots)


def checked_token(
    token: bytes,
    payload_sha256: bytes,
    roots: Sequence[x509.Certificate],
    now: datetime | None = None,
) -> TimeStamp:
    """Check a token that another signer requested; its nonce is unknown.

    Args:
        token: The TimeStampToken.
        payload_sha256: Digest of the stamped bytes.
        roots: Roots to which its chain must lead.
        now: The time to compare its clock with; this moment by default.

    Raises:
        TsaUnavailableError: It is for another payload, or verifiers would reject it.
    """
    return _checked(_granted(token), None, payload_sha256, roots, now)


def _checked(
    response: bytes,
    nonce: int | None,
    payload_sha256: bytes,
    roots: Sequence[x509.Certificate],
    now: datetime | None = None,
) -> TimeStamp:
    try:
        parts = read_response(response)
    except DerError as broken:
        raise refused(f"it is no TimeStampResp: {broken}") from broken
    _require_granted(parts)
    _require_readable_form(parts)
    try:
        answer = rfc3161_client.decode_timestamp_response(parts.sorted_response)
        verifier = VerifierBuilder(nonce=nonce, roots=list(roots)).build()
        verifier.verify(answer, payload_sha256)
        signer = _signing_certificate(answer)
        chain = {
            *answer.signed_data.certificates,
            *(one.public_bytes(Encoding.DER) for one in roots),
        }
        lasting = [
            *_lasting_token_faults(answer, parts),
            *signing_certificate_faults(parts, signer, chain),
            *time_stamping_faults(signer),
        ]
        info = answer.tst_info
    except Exception as broken:
        raise _library_refusal(str(broken)) from broken
    if lasting:
        raise unusable(lasting[0])
    if abs((now or datetime.now(UTC)) - info.gen_time) > MAX_SKEW:
        raise refused("its clock differs from ours")
    return TimeStamp(response, parts.token, info.serial_number, info.gen_time)


def _granted(token: bytes) -> bytes:
    """Wrap a token in a TimeStampResp with status granted (RFC 3161 §2.4.2)."""
    content = bytes.fromhex("3003020100") + token
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    head = length if len(content) < 128 else bytes([0x80 | len(length)]) + length
    return b"\x30" + head + content


def _require_granted(parts: TimeStampResponse) -> None:
    if parts.status == GRANTED and parts.token:
        return
    if parts.status == GRANTED:
        raise refused("it grants a time-stamp but contains none")
    reason = f"PKIStatus is {parts.status}, not granted"
    if parts.failures:
        reason += f" (PKIFailureInfo {', '.join(str(bit) for bit in sorted(parts.failures))})"
    raise unusable(reason) if parts.failures & _LASTING_FAILURES else refused(reason)


def _require_readable_form(parts: TimeStampResponse) -> None:
    """Refuse what neither the library nor `openssl ts -verify` can read."""
    if parts.signers != 1:
        raise unusable(f"it has {parts.signers} signers instead of one (RFC 3161 §2.4.2)")
    if parts.signer_is_named_by_key:
        raise unusable("it names its signer by key identifier, not by issuer and serial number")
    if not parts.attributes_are_sorted:
        raise unusable("its signed attributes are not in the order of DER (RFC 5652 §5.3)")


def _library_refusal(message: str) -> TsaUnavailableError:
    """Translate a message of the library, and decide whether a later answer may differ."""
    if "certificate verify error" in message:
        detail = re.search(r"Verify error:([a-zA-Z ]+)", message)
        why = f" ({detail[1].strip()})" if detail else ""
        return unusable(f"its certificate does not lead to an installed root{why}")
    if "PrintableString" in message:
        return unusable("a name in its certificates has a character that PrintableString forbids")
    if "signer certificate" in message:
        return unusable("its certificate is missing")
    # The part after the first colon is for the library's authors.
    in_short = message.partition(":")[0][:100].rstrip(".")
    is_lasting = in_short.startswith(("ASN.1", "Malformed", "The certificate", "The EKU"))
    return unusable(in_short) if is_lasting else refused(in_short)


def time_stamping_faults(certificate: x509.Certificate) -> list[str]:
    """List what keeps a certificate from making time-stamps that verifiers accept.

    After RFC 3161 §2.3 and C2PA 2.2 §14.5.1, as far as engines enforce it.

    Raises:
        ValueError: An extension cannot be read.
    """
    constraints = extension(certificate, x509.BasicConstraints)
    key_usage = extension(certificate, x509.KeyUsage)
    uses = extension(certificate, x509.ExtendedKeyUsage)
    demands = {
        "must have an authority key identifier": extension(certificate, x509.AuthorityKeyIdentifier)
        is not None,
        "must have the key usage digitalSignature": key_usage is not None
        and key_usage.digital_signature,
        "must not have the key usage keyCertSign": key_usage is None or not key_usage.key_cert_sign,
        "must have the extended key usage timeStamping, critical and alone": uses is not None
        and list(uses) == [ExtendedKeyUsageOID.TIME_STAMPING]
        and certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical,
        "must not be a CA": constraints is None or not constraints.ca,
        "must have a key on P-256 or P-384, or RSA of 2,048 bits or more": _is_of_a_known_kind(
            certificate.public_key()
        ),
        **dict.fromkeys(critical_extension_faults(certificate), False),
        "must be signed over SHA-256, SHA-384 or SHA-512": isinstance(
            certificate.signature_hash_algorithm, _CERTIFICATE_HASHES
        ),
    }
    return [f"its certificate {demand}" for demand, is_met in demands.items() if not is_met]


def _lasting_token_faults(
    answer: rfc3161_client.TimeStampResponse, parts: TimeStampResponse
) -> list[str]:
    info = answer.tst_info
    demands = {
        "it is of a version that verifiers do not know": info.version == 1,
        "its imprint is not SHA-256": info.message_imprint.hash_algorithm == _SHA256,
        "its signature is over a weak digest": answer.signed_data.digest_algorithms <= _DIGESTS,
        "its signature algorithm is not RSA or ECDSA over its digest": (
            parts.signature_algorithm == _RSA_ENCRYPTION
            or parts.signature_algorithm.hex() in _SIGNATURES_OVER.get(parts.digest_algorithm, ())
        ),
        "its serial number is negative, or too long": info.serial_number >= 0
        and info.serial_number.bit_length() <= MAX_SERIAL_BITS,
    }
    return [fault for fault, is_met in demands.items() if not is_met]


def _signing_certificate(answer: rfc3161_client.TimeStampResponse) -> x509.Certificate:
    (signer,) = answer.signed_data.signer_infos
    for encoded in answer.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(encoded)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate
    raise rfc3161_client.VerificationError("The signer certificate is missing")


def _is_of_a_known_kind(public_key: object) -> bool:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return isinstance(public_key.curve, ec.SECP256R1 | ec.SECP384R1)
    return isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size >= 2048
