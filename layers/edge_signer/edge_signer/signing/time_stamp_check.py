"""Whether an answer is a time-stamp that verifiers will accept.

`rfc3161_client` checks status, nonce, imprint, signature, and the chain at the time of the stamp.
What it leaves open is checked here: the clock, and what engines demand of the certificate. c2pa-rs
finds a whole manifest invalid where the authority's certificate has no authority key identifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from edge_signer.signing.certificate_profile import (
    extension,
    heeds_every_critical_extension,
)
from edge_signer.signing.time_stamp import TimeStamp, refused

#: How far an authority's clock may be from ours.
MAX_SKEW = timedelta(minutes=2)
#: What addresses and verifiers must be able to hold (RFC 3161 §2.4.2).
MAX_SERIAL_BITS = 160
_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
#: SHA-256, SHA-384, SHA-512: what a signature may be over (C2PA 2.2 §13.1).
_DIGESTS = {ObjectIdentifier(f"2.16.840.1.101.3.4.2.{number}") for number in (1, 2, 3)}
_CERTIFICATE_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def time_stamp_query(payload: bytes) -> TimeStampRequest:
    """Ask for a stamp over the SHA-256 of a payload, with a fresh nonce and the certificate."""
    builder = TimestampRequestBuilder().data(payload).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def checked_time_stamp(
    response: bytes, query: TimeStampRequest, payload: bytes, roots: Sequence[x509.Certificate]
) -> TimeStamp:
    """Give the time-stamp in an answer.

    Args:
        response: What the authority sent: a TimeStampResp in DER.
        query: What it was asked.
        payload: What was to be stamped.
        roots: Where its chain must end.

    Raises:
        TsaUnavailableError: It is no answer to this query, or not one that verifiers accept.
    """
    return _checked(response, query.nonce, payload, roots)


def checked_token(token: bytes, payload: bytes, roots: Sequence[x509.Certificate]) -> TimeStamp:
    """Give the time-stamp that another asked for, out of its token; nobody here knows its nonce.

    Args:
        token: DER of the TimeStampToken.
        payload: What was to be stamped.
        roots: Where its chain must end.

    Raises:
        TsaUnavailableError: It does not stamp this payload, or verifiers would not accept it.
    """
    return _checked(_granted(token), None, payload, roots)


def _checked(
    response: bytes, nonce: int | None, payload: bytes, roots: Sequence[x509.Certificate]
) -> TimeStamp:
    try:
        answer = decode_timestamp_response(response)
        verifier = VerifierBuilder(nonce=nonce, roots=list(roots)).build()
        verifier.verify_message(answer, payload)
        faults = _token_faults(answer) + time_stamping_faults(_signing_certificate(answer))
    except Exception as broken:
        raise refused(_in_short(broken)) from broken
    if faults:
        raise refused(faults[0])
    info = answer.tst_info
    return TimeStamp(response, answer.time_stamp_token(), info.serial_number, info.gen_time)


def _granted(token: bytes) -> bytes:
    """Put a token into a TimeStampResp with the status granted (RFC 3161 §2.4.2)."""
    content = bytes.fromhex("3003020100") + token
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    head = length if len(content) < 128 else bytes([0x80 | len(length)]) + length
    return b"\x30" + head + content


def time_stamping_faults(certificate: x509.Certificate) -> list[str]:
    """Say what keeps a certificate from making time-stamps that verifiers accept.

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
        "must not have a critical extension that verifiers do not know": (
            heeds_every_critical_extension(certificate)
        ),
        "must be signed over SHA-256, SHA-384 or SHA-512": isinstance(
            certificate.signature_hash_algorithm, _CERTIFICATE_HASHES
        ),
    }
    return [f"its certificate {demand}" for demand, is_met in demands.items() if not is_met]


def _token_faults(answer: TimeStampResponse) -> list[str]:
    info = answer.tst_info
    demands = {
        "its clock is not ours": abs(datetime.now(UTC) - info.gen_time) <= MAX_SKEW,
        "it is of a version that verifiers do not know": info.version == 1,
        "its time has a fraction, which not all verifiers read": info.gen_time.microsecond == 0,
        "its imprint is not SHA-256": info.message_imprint.hash_algorithm == _SHA256,
        "its signature is over a weak digest": answer.signed_data.digest_algorithms <= _DIGESTS,
        "its serial number is none": info.serial_number >= 0
        and info.serial_number.bit_length() <= MAX_SERIAL_BITS,
    }
    return [fault for fault, is_met in demands.items() if not is_met]


def _signing_certificate(answer: TimeStampResponse) -> x509.Certificate:
    (signer,) = answer.signed_data.signer_infos
    for encoded in answer.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(encoded)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate
    raise VerificationError("the certificate is missing")


def _is_of_a_known_kind(public_key: object) -> bool:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return isinstance(public_key.curve, ec.SECP256R1 | ec.SECP384R1)
    return isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size >= 2048


def _in_short(broken: Exception) -> str:
    """Say in a line what a library thinks; what follows the first colon is for its authors."""
    return str(broken).partition(":")[0][:100].rstrip(".")
