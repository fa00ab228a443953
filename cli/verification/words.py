"""What a report says in plain words, for the terminal and for the HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from cli.source_types import USUAL
from edge_signer.signing.rules.digital_source_types import term_of
from edge_signer.verification.findings import meaning_of
from edge_signer.verification.report import (
    CheckName,
    Judged,
    ReportedAction,
    ReportedFinding,
    ReportedIngredient,
    Signer,
    TimeStamped,
    VerificationReport,
)

#: How a result is to be taken: as good, with care, as bad, or as nothing at all.
Tone = Literal["good", "careful", "bad", "none"]
#: What files are counted as.
Outcome = Literal["trusted", "not trusted", "without credentials"]

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
#: What a trusted report proves, and what it does not.
PROVES = (
    "Trusted means: the named signer signed these credentials, and the file has not changed since. "
    "Whether what the signer states is true, the signer alone knows."
)
# The engine was told not to ask; the row on revocation says so already.
_NOT_ASKED = "signingCredential.ocsp.skipped"
_MOST_BELOW = 20


@dataclass(frozen=True)
class Headline:
    """A verdict for someone who reads nothing else.

    Attributes:
        tone: How it is to be taken.
        verdict: The verdict in one word or two.
        sentence: Who signed and when, or why nobody knows.
    """

    tone: Tone
    verdict: str
    sentence: str


def headline(report: VerificationReport) -> Headline:
    """Return the verdict of a report in plain words."""
    who = signed_by(report.signer)
    match report.verdict:
        case "Trusted":
            return _headline_of_trusted(report, who)
        case "Valid":
            sentence = f"No trust list has the signer, who goes by the name of {who}."
            return Headline("bad", "Signer unknown", sentence)
        case "Invalid":
            return Headline("bad", "Invalid", reason(report) or "The credentials do not hold.")
        case "Unreadable":
            return Headline("bad", "Unreadable", "There are credentials, but they cannot be read.")
        case _:
            return Headline("none", "No Content Credentials", absence(report.judged))


def _headline_of_trusted(report: VerificationReport, who: str) -> Headline:
    if not report.trusted:
        sentence = f"{who} signed it, but not everything in it holds: see below."
        return Headline("bad", "Not trusted", sentence)
    sentence = f"Signed by {who}{_when(report.time_stamp)}."
    if not _proves_nothing(report):
        return Headline("good", "Trusted", sentence)
    aside = "The trust list is this machine's own, for development: it proves nothing."
    return Headline("careful", "Trusted, for development", f"{sentence} {aside}")


def absence(judged: Judged) -> str:
    """Return why there is nothing to judge."""
    if not judged.source:
        return "The file has no credentials that can be read, and there is no sidecar."
    return f"The file refers to credentials at {judged.source}, which were not fetched."


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
            by = f"; {stamp.trusted_by}" if stamp.trusted_by else ""
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
    """Return the informational findings that say something."""
    return [finding(one) for one in informational if one.code != _NOT_ASKED]


def faults(report: VerificationReport) -> list[str]:
    """Return all that does not hold, in sentences: the reasons why an asset is not trusted."""
    found = [finding(one) for one in report.failures]
    if report.time_stamp.state == "Invalid":
        found.append(f"The time-stamp {time_stamp(report.time_stamp)[1]}")
    found += [
        f"{CHECKS[one.name]}: {one.explanation}"
        for one in report.checks
        if one.result == "failed" and one.explanation and not found
    ]
    below = list(_faults_of_ingredients(report.ingredients))
    found += below[:_MOST_BELOW]
    if len(below) > _MOST_BELOW:
        found.append(f"{len(below) - _MOST_BELOW} more faults of ingredients, listed there")
    return found


def outcome(report: VerificationReport) -> Outcome:
    """Return which of three kinds a report is counted as."""
    if report.trusted:
        return "trusted"
    return "without credentials" if is_absent(report) else "not trusted"


def is_absent(report: VerificationReport) -> bool:
    """Tell whether a file neither has credentials nor refers to any."""
    return report.verdict == "NoCredentials" and not report.failures


def summary(outcomes: Iterable[Outcome]) -> str:
    """Return how many files have which outcome, in a line."""
    counts = Counter(outcomes)
    return ", ".join(f"{counts[one]:,} {one}" for one in get_args(Outcome))


def reason(report: VerificationReport) -> str:
    """Return the first thing that does not hold, for a table; empty if everything does."""
    for one in report.failures:
        return one.meaning or one.code
    return next(iter(faults(report)), "")


def is_sound(one: ReportedIngredient) -> bool:
    """Tell whether an ingredient and those below it are trusted, or carry no credentials."""
    good = one.verdict in {"Trusted", "NoCredentials"} and not one.failures
    return good and all(map(is_sound, one.ingredients))


def _faults_of_ingredients(ingredients: tuple[ReportedIngredient, ...]) -> Iterator[str]:
    for one in ingredients:
        named = f"Ingredient {one.title or 'without a title'}"
        yield from (f"{named}: {finding(failure)}" for failure in one.failures)
        if not one.failures and one.verdict not in {"Trusted", "NoCredentials"}:
            yield f"{named}: {VERDICTS[one.verdict][1]}"
        yield from _faults_of_ingredients(one.ingredients)


def _when(stamp: TimeStamped) -> str:
    if stamp.state == "Trusted" and stamp.time is not None:
        return f" on {at(stamp.time)}"
    return "; no trusted time-stamp says when"


def _proves_nothing(report: VerificationReport) -> bool:
    """Tell whether a list for development is the reason to trust the signer."""
    by = report.signer.trusted_by if report.signer else ""
    lists = [one for one in report.trust_lists if "signers" in one.purposes]
    named = [one for one in lists if one.name == by] or lists
    return bool(named) and all(one.is_development for one in named)
