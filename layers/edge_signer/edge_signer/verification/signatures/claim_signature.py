"""The signature of a claim: who made it, when, and whether it holds (C2PA 2.2 §15.7 to §15.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from edge_signer.signing.credentials.algorithm import (
    ALGORITHMS,
    Algorithm,
    AlgorithmName,
    Ecdsa,
    RsaPss,
    SignatureMismatchError,
)
from edge_signer.verification.cbor_values import Value
from edge_signer.verification.findings import FindingLog
from edge_signer.verification.signatures.certificates import (
    common_name,
    credential_faults,
    has_usual_key,
    load_certificate,
    name_part,
    outside_validity,
    readable_certificates,
)
from edge_signer.verification.signatures.cose_signature import (
    CoseError,
    CoseSignature,
    read_cose_signature,
)
from edge_signer.verification.signatures.revocation import (
    Revocation,
    revocation_of,
    stapled_responses,
)
from edge_signer.verification.signatures.time_stamps import StampFound, check_time_stamps
from edge_signer.verification.signatures.trust_chain import trust_chain
from edge_signer.verification.trust import TrustLists

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True)
class SignerFound:
    """Who signed, according to the certificate.

    Attributes:
        name: Common name.
        organisation: Organisation.
        issuer: Common name of the issuer, or its organisation.
        serial_number: The certificate's.
        not_before: Begin of its validity.
        not_after: End of its validity.
        algorithm: COSE name of the signature algorithm; empty if it is not allowed.
        trusted_by: Name of the trust list that the chain leads to; empty for none.
        revocation: From the OCSP responses in the store.
    """

    name: str
    organisation: str
    issuer: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    algorithm: str
    trusted_by: str = ""
    revocation: Revocation = "not_checked"


@dataclass(frozen=True)
class SignedClaim:
    """A claim and what belongs to its signature.

    Attributes:
        claim: The claim, encoded.
        signature: The content of the signature's box, as it was read.
        url: JUMBF URI of that box.
        later_tokens: Time-stamps of this signature in later manifests.
        later_responses: OCSP responses in time for it in later manifests.
    """

    claim: bytes
    signature: Value
    url: str
    later_tokens: Sequence[bytes] = ()
    later_responses: Sequence[bytes] = ()


def check_claim_signature(
    signed: SignedClaim, trust: TrustLists, now: datetime, log: FindingLog
) -> tuple[SignerFound | None, StampFound]:
    """Check the signature of a claim, its certificates and its time-stamp.

    Args:
        signed: The claim.
        trust: The trust lists.
        now: When the certificate must be valid if no trusted time-stamp says when it signed.
        log: Takes the findings.

    Returns:
        The signer, if there is a certificate that can be read, and the time-stamp.
    """
    try:
        cose = read_cose_signature(signed.signature, signed.claim)
    except CoseError as broken:
        log.failure("claimSignature.mismatch", signed.url, str(broken))
        return None, StampFound()
    if cose.algorithm is None:
        log.failure("algorithm.unsupported", signed.url, "The signature algorithm is not allowed.")
    stamp = check_time_stamps(cose, signed.claim, signed.later_tokens, trust, signed.url, log)
    try:
        leaf = load_certificate(cose.x5chain[0])
    except ValueError as broken:
        log.failure("signingCredential.invalid", signed.url, f"{broken}.")
        return None, stamp
    certificates = leaf, *readable_certificates(cose.x5chain[1:])
    for fault in credential_faults(leaf):
        log.failure("signingCredential.invalid", signed.url, fault)
    _check_signature(cose, signed, leaf, log)
    return _signer(cose, certificates, signed, trust, stamp, now, log), stamp


def _check_signature(
    cose: CoseSignature, signed: SignedClaim, leaf: x509.Certificate, log: FindingLog
) -> None:
    algorithm = _algorithm(cose.algorithm, leaf.public_key()) if cose.algorithm else None
    if algorithm is None or not has_usual_key(leaf):
        said = "The certificate's key does not fit the signature algorithm."
        log.failure("claimSignature.mismatch", signed.url, said)
        return
    try:
        algorithm.verify(
            leaf.public_key(), cose.signed_bytes("Signature1", signed.claim), cose.signature
        )
    except SignatureMismatchError as mismatch:
        log.failure("claimSignature.mismatch", signed.url, f"{mismatch}.".capitalize())
    else:
        log.success("claimSignature.validated", signed.url)


def _algorithm(name: AlgorithmName, key: Any) -> Algorithm | None:
    """Return an algorithm for a foreign key: the standard allows more of them than KMS has.

    ECDSA goes with each of three curves, and RSA with any size from 2,048 bits (§13.2.1).
    """
    algorithm = ALGORITHMS[name]
    is_curve = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    if isinstance(algorithm, Ecdsa) and is_curve:
        return replace(algorithm, curve=key.curve)
    is_large = isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS
    if isinstance(algorithm, RsaPss) and is_large:
        return _AnyRsaPss(name, algorithm.kms_name, "DIGEST", algorithm.hash_algorithm)
    return algorithm if algorithm.fits(key) else None


class _AnyRsaPss(RsaPss):
    def fits(self, public_key: Any) -> bool:
        return isinstance(public_key, rsa.RSAPublicKey)


def _signer(
    cose: CoseSignature,
    certificates: Sequence[x509.Certificate],
    signed: SignedClaim,
    trust: TrustLists,
    stamp: StampFound,
    now: datetime,
    log: FindingLog,
) -> SignerFound:
    leaf, others = certificates[0], certificates[1:]
    moment = stamp.trusted_time or now
    chain = trust_chain(leaf, others, trust, "signers", moment)
    if chain.trusted_by is not None:
        log.success("signingCredential.trusted", signed.url)
    else:
        log.failure("signingCredential.untrusted", signed.url, chain.problem)
    late = outside_validity(chain.certificates, moment)
    if late is None:
        log.success("claimSignature.insideValidity", signed.url)
    else:
        said = (
            f"The certificate of {common_name(late)} is valid from "
            f"{late.not_valid_before_utc:%Y-%m-%d} to {late.not_valid_after_utc:%Y-%m-%d}."
        )
        log.failure("claimSignature.outsideValidity", signed.url, said)
    responses = [*stapled_responses(cose.unprotected), *signed.later_responses]
    revocation: Revocation = "not_checked"
    if responses:
        anchors = [one.certificate for _, one in trust.named(leaf.issuer, "signers", moment)]
        revocation = revocation_of(leaf, [*others, *anchors], responses, stamp.trusted_time, now)
    if revocation == "good":
        log.success("signingCredential.ocsp.notRevoked", signed.url)
    elif revocation == "revoked":
        log.failure("signingCredential.ocsp.revoked", signed.url)
    else:
        log.skip("Whether the signer's certificate was revoked: no OCSP response says so.")
    return SignerFound(
        name=common_name(leaf),
        organisation=name_part(leaf.subject, NameOID.ORGANIZATION_NAME),
        issuer=name_part(leaf.issuer, NameOID.COMMON_NAME)
        or name_part(leaf.issuer, NameOID.ORGANIZATION_NAME),
        serial_number=leaf.serial_number,
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        algorithm=cose.algorithm or "",
        trusted_by=chain.trusted_by.name if chain.trusted_by else "",
        revocation=revocation,
    )
