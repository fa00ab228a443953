"""Time-stamps of claim signatures (C2PA 2.2 §10.3.2.5, §15.8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from cryptography import x509

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.credentials.time_stamp_response import DerError
from edge_signer.signing.manifest.cbor_reader import cbor_bytes
from edge_signer.verification.findings import FindingLog
from edge_signer.verification.signatures.certificates import (
    algorithm_faults,
    common_name,
    has_usual_key,
    outside_validity,
    readable_certificates,
    unreadable,
)
from edge_signer.verification.signatures.cose_signature import CoseSignature
from edge_signer.verification.signatures.signed_data import (
    TimeStampToken,
    UnsupportedTokenError,
)
from edge_signer.verification.signatures.token_reader import read_token
from edge_signer.verification.signatures.trust_chain import trust_chain
from edge_signer.verification.trust import TrustLists

_MAX_CERTIFICATES = 20
_MAX_TOKENS = 4
_COUNTER_SIGNATURE = "CounterSignature"


@dataclass(frozen=True)
class StampFound:
    """The time-stamp of a signature.

    Attributes:
        state: `Untrusted`: sound, but its authority is on no list; or not checked, as the log says.
        time: What it says, if it could be read.
        authority: Common name in the authority's certificate.
        trusted_by: Name of the trust list that has the authority's root; empty if none has.
        certificate_fault: Why the authority's certificate may not stamp or cannot be read; empty if
            neither is so.
    """

    state: Literal["Absent", "Trusted", "Untrusted", "Invalid"] = "Absent"
    time: datetime | None = None
    authority: str = ""
    trusted_by: str = ""
    certificate_fault: str = ""

    @property
    def trusted_time(self) -> datetime | None:
        """When the signature was made for certain; None if no trusted time-stamp says so."""
        return self.time if self.state == "Trusted" else None


class _NotCheckedError(Exception):
    """The token has something that is not read here.

    The arguments are the rest of a sentence, and the fault of a certificate or nothing.
    """

    def __init__(self, explanation: str, certificate_fault: str) -> None:
        super().__init__(explanation, certificate_fault)
        self.explanation, self.certificate_fault = explanation, certificate_fault


class _StampError(Exception):
    """A token fails; the arguments are a code of the standard and a sentence."""

    def __init__(self, code: str, explanation: str, found: StampFound | None = None) -> None:
        super().__init__(code, explanation)
        self.code, self.explanation = code, explanation
        self.found = found or StampFound("Invalid")


def check_time_stamps(
    cose: CoseSignature,
    claim: bytes,
    later_tokens: Sequence[bytes],
    trust: TrustLists,
    url: str,
    log: FindingLog,
) -> StampFound:
    """Check the time-stamp of a signature; a fault never makes the manifest invalid by itself.

    Args:
        cose: The signature.
        claim: The signed claim, which time-stamps of version 1 cover.
        later_tokens: Tokens for this signature from time-stamp assertions of later manifests; they
            are asked if the signature has no time-stamp that holds.
        trust: The trust lists.
        url: JUMBF URI of the signature.
        log: Takes the findings.
    """
    last = StampFound()
    for token, payloads in _tokens(cose, claim, later_tokens, url, log):
        try:
            found = _checked(token, payloads, trust)
        except _NotCheckedError as unknown:
            log.skip(f"Whether the time-stamp holds: {unknown.explanation}.")
            last = StampFound("Untrusted", certificate_fault=unknown.certificate_fault)
        except _StampError as fault:
            log.informational(fault.code, url, fault.explanation)
            last = fault.found
        else:
            log.success("timeStamp.validated", url)
            log.success("timeStamp.trusted", url)
            return found
    if last.state == "Absent" and ("sigTst" in cose.unprotected or "sigTst2" in cose.unprotected):
        return StampFound("Invalid")
    return last


def _tokens(
    cose: CoseSignature, claim: bytes, later_tokens: Sequence[bytes], url: str, log: FindingLog
) -> Iterator[tuple[bytes, list[bytes]]]:
    """Return each token with the payloads that it may have been made for."""
    for header, stamped in (("sigTst2", cbor_bytes(cose.signature)), ("sigTst", claim)):
        if header in cose.unprotected:
            token = _only_token(cose.unprotected[header])
            if token is None:
                said = f"{header} does not hold exactly one token."
                log.informational("timeStamp.malformed", url, said)
            else:
                yield token, [cose.signed_bytes(_COUNTER_SIGNATURE, stamped)]
    for token in later_tokens[:_MAX_TOKENS]:
        # §18.17.3 means the Sig_structure; c2pa-rs stamps the signature itself.
        over_signature = cose.signed_bytes(_COUNTER_SIGNATURE, cbor_bytes(cose.signature))
        yield token, [over_signature, cose.signature]


def _only_token(container: Any) -> bytes | None:
    match container:
        case {"tstTokens": [{"val": bytes(token)}]}:
            return token
    return None


def _checked(der: bytes, payloads: Sequence[bytes], trust: TrustLists) -> StampFound:
    try:
        token = read_token(der)
        signer, others = _signer(token)
        if not token.is_signed_by(signer):
            raise _StampError("timeStamp.mismatch", "Its signature does not verify.")
        if not any(token.covers(one) for one in payloads):
            raise _StampError("timeStamp.mismatch", "It was made for another signature.")
    except DerError as broken:
        raise _StampError("timeStamp.malformed", f"It cannot be read: {broken}.") from broken
    except UnsupportedTokenError as refused:
        raise _StampError("timeStamp.untrusted", f"{refused}.".capitalize()) from refused
    late = outside_validity([signer], token.time)
    found = StampFound("Untrusted", token.time, common_name(signer))
    if late is not None:
        said = "The authority's certificate was not valid then."
        raise _StampError("timeStamp.outsideValidity", said, StampFound("Invalid", token.time))
    faults = _profile_faults(signer)
    if faults:
        found = replace(found, certificate_fault=faults[0])
        raise _StampError("timeStamp.untrusted", faults[0], found)
    chain = trust_chain(signer, others, trust, "time_stamps", token.time)
    if chain.trusted_by is None:
        found = replace(found, certificate_fault="".join(_algorithm_faults(signer)[:1]))
        raise _StampError("timeStamp.untrusted", chain.problem, found)
    return StampFound("Trusted", token.time, found.authority, chain.trusted_by.name)


def _signer(token: TimeStampToken) -> tuple[x509.Certificate, Sequence[x509.Certificate]]:
    certificates = readable_certificates(token.certificates[:_MAX_CERTIFICATES])
    for one in certificates:
        if token.names(one) and has_usual_key(one):
            return one, certificates
    if len(certificates) < len(token.certificates):
        fault = unreadable(token.certificates[:_MAX_CERTIFICATES])
        raise _NotCheckedError("a certificate in it cannot be read", fault)
    raise _StampError("timeStamp.untrusted", "It does not have its authority's certificate.")


def _profile_faults(signer: x509.Certificate) -> list[str]:
    # Imported here: it brings rfc3161_client, which costs 10 ms, and most stores have no stamp.
    from edge_signer.signing.credentials.time_stamp_check import time_stamping_faults

    try:
        return [f"{one[:1].upper()}{one[1:]}." for one in time_stamping_faults(signer)]
    except UNREADABLE as broken:
        return [f"The authority's certificate cannot be read: {broken}."]


def _algorithm_faults(signer: x509.Certificate) -> list[str]:
    try:
        return algorithm_faults(signer)
    except UNREADABLE as broken:
        return [f"cannot be read: {broken}"]
