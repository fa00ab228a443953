"""What a report says in plain words, for the terminal and for the HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from central_signer.verification.ingredients import are_trusted
from cli.source_types import USUAL
from edge_signer.signing.rules.digital_source_types import term_of
from edge_signer.verification.findings import meaning_of
from edge_signer.verification.report import (
    CheckName,
    ReportedAction,
    ReportedFinding,
    ReportedIngredient,
    Signer,
    TimeStamped,
)

#: How a result is to be taken: as good, with care, as bad, or as nothing at all.
Tone = Literal["good", "careful", "bad", "none"]

CHECKS: Mapping[CheckName, str] = {
    "structure": "Structure of the credentials",
    "claim_signature": "Signature",
    "assertion_hashes": "Statements unchanged",
    "hard_binding": "File unchanged",
    "certificate": "Signer's certificate",
    "trust": "Signer on a trust list",
    "time_stamp": "Time-stamp",
    "revocation": "Certificate not revoked",
    "ingredients": "Ingredients",
}
RESULTS: Mapping[str, tuple[Tone, str]] = {
    "passed": ("good", "holds"),
    "failed": ("bad", "does not hold"),
    "not_checked": ("careful", "not checked"),
    "absent": ("none", "none there"),
}
#: One word or two on each verdict, for tables.
VERDICTS: Mapping[str, tuple[Tone, str]] = {
    "Trusted": ("good", "trusted"),
    "Valid": ("bad", "signer unknown"),
    "Invalid": ("bad", "invalid"),
    "Unreadable": ("bad", "unreadable"),
    "NoCredentials": ("none", "no credentials"),
}
KINDS = {
    "update": "an update manifest: it adds to its parent and leaves the content unchanged",
    "compressed": "a compressed manifest",
}
REVOCATION = {
    "good": "not revoked, says the OCSP response in the manifest",
    "revoked": "revoked",
    "not_checked": "not known: the manifest has no OCSP response, and nothing was fetched",
}
# The engine was told not to ask; the row on revocation says so already.
_NOT_ASKED = "signingCredential.ocsp.skipped"


def signed_by(signer: Signer | None) -> str:
    """Return who signed: the name, and the organisation if it is another."""
    name, organisation = (signer.name, signer.organisation) if signer else ("", "")
    if name and organisation and name != organisation:
        return f"{name} ({organisation})"
    return name or organisation or "somebody without a name"


def at(moment: datetime) -> str:
    """Return a time as people read it, in UTC, to the second."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC"


def time_stamp(stamp: TimeStamped) -> tuple[Tone, str]:
    """Return when an asset was signed and who says so."""
    said = at(stamp.time) if stamp.time else "no time"
    authority = f" ({stamp.authority})" if stamp.authority else ""
    match stamp.state:
        case "Trusted":
            by = f", trusted by {stamp.trusted_by}" if stamp.trusted_by else ""
            return "good", f"{said}, from a trusted authority{authority}{by}"
        case "Untrusted":
            meaning = meaning_of("timeStamp.untrusted")
            return "careful", f"{said}, from an unknown authority{authority}. {meaning}"
        case "Invalid":
            why = "; ".join(map(finding, stamp.findings))
            return "bad", "does not hold" + (f": {why}" if why else "")
        case _:
            return "none", "none"


def action(one: ReportedAction) -> str:
    """Return an action in a line, as the standard calls it."""
    term = term_of(one.digital_source_type) if one.digital_source_type else ""
    by = f"with {one.software_agent}" if one.software_agent else ""
    return ", ".join(filter(None, (one.action or "an action without a name", term, by, one.when)))


def source_type(uri: str) -> str:
    """Return a digital source type as a term with its meaning, or another URI as it is."""
    term = term_of(uri)
    return f"{term}: {USUAL[term]}" if term in USUAL else term


def finding(one: ReportedFinding) -> str:
    """Return a finding in plain English, with its code and the engine's own words."""
    said = f"{one.code}: {one.explanation}" if one.explanation else one.code
    return f"{one.meaning} ({said})" if one.meaning else said


def remarks(informational: tuple[ReportedFinding, ...]) -> list[str]:
    """Return the informational findings that are more than successes."""
    return [
        finding(one)
        for one in informational
        if one.code != _NOT_ASKED and not one.code.endswith(".validated")
    ]


def is_sound(one: ReportedIngredient) -> bool:
    """Tell whether an ingredient and those below it are trusted, or carry no credentials."""
    return are_trusted((one,))
