"""What follows from a report, in plain words: the headline, the reasons, and how it is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from cli.verification import words
from edge_signer.verification.report import (
    ReportedFinding,
    ReportedIngredient,
    TimeStamped,
    VerificationReport,
)

#: What files are counted as.
Outcome = Literal["trusted", "not trusted", "without credentials"]
#: What a trusted report proves, and what it does not.
PROVES = (
    "Trusted means: the named signer signed these credentials, and the file has not changed since. "
    "Whether what the signer states is true, the signer alone knows."
)
_MOST_BELOW = 20


@dataclass(frozen=True)
class Headline:
    """A verdict for someone who reads nothing else.

    Attributes:
        tone: How it is to be taken.
        verdict: The verdict in one word or two.
        sentence: Who signed and when, or why nobody knows.
    """

    tone: words.Tone
    verdict: str
    sentence: str


def headline(report: VerificationReport) -> Headline:
    """Return the verdict of a report in plain words."""
    who = words.signed_by(report.signer)
    match report.verdict:
        case "Trusted":
            return _headline_of_trusted(report, who)
        case "Valid":
            return _headline_of_valid(report, who)
        case "Invalid":
            return Headline("bad", "Invalid", reason(report) or "The credentials do not hold.")
        case "Unreadable":
            there = "There are credentials, but they cannot be read."
            is_read = report.judged.credentials != "none"
            return Headline("bad", "Unreadable", there if is_read else reason(report))
        case _:
            tone: words.Tone = "none" if is_absent(report) else "bad"
            return Headline(tone, "No Content Credentials", _absence(report))


def _headline_of_trusted(report: VerificationReport, who: str) -> Headline:
    if not report.trusted:
        sentence = f"{who} signed it, but not everything in it holds."
        return Headline("bad", "Not trusted", sentence)
    sentence = f"Signed by {who}{_when(report.time_stamp)}."
    if not _proves_nothing(report):
        return Headline("good", "Trusted", sentence)
    aside = "The trust list is this machine's own, for development: it proves nothing."
    return Headline("careful", "Trusted, for development", f"{sentence} {aside}")


def _headline_of_valid(report: VerificationReport, who: str) -> Headline:
    results = {one.name: one.result for one in report.checks}
    if results.get("trust") == "passed" and results.get("hard_binding") == "not_checked":
        sentence = f"Signed by {who}, but nobody could check that it belongs to this file."
        return Headline("bad", "Not checked", sentence)
    sentence = f"No trust list has the signer, who goes by the name of {who}."
    return Headline("bad", "Signer unknown", sentence)


def _absence(report: VerificationReport) -> str:
    if report.judged.source:
        outcome = "were not fetched" if is_absent(report) else "could not be fetched"
        return f"The file refers to credentials at {report.judged.source}, which {outcome}."
    unlooked = [sentence for one in report.engines for sentence in one.not_checked]
    found = "No credentials were found in the file" if unlooked else "The file has no credentials"
    return " ".join([f"{found}, and there is no sidecar.", *unlooked])


def faults(report: VerificationReport) -> list[str]:
    """Return all that does not hold, in sentences: the reasons why an asset is not trusted."""
    found = [words.finding(one) for one in report.failures]
    if report.time_stamp.state == "Invalid":
        found.append(f"The time-stamp {words.time_stamp(report.time_stamp)[1]}")
    below = list(_faults_of_ingredients(report.ingredients, words.finding))
    found += below[:_MOST_BELOW]
    if len(below) > _MOST_BELOW:
        found.append(f"{len(below) - _MOST_BELOW} more faults of ingredients, listed there")
    return found or [
        f"{words.CHECKS[one.name]}: {one.explanation or 'does not hold'}"
        for one in report.checks
        if one.result == "failed"
    ]


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
        return _briefly(one)
    if report.verdict == "NoCredentials" and report.judged.source:
        return _absence(report)
    below = _faults_of_ingredients(report.ingredients, _briefly)
    return next(below, next(iter(faults(report)), ""))


def _briefly(finding: ReportedFinding) -> str:
    return finding.meaning or finding.code


def _faults_of_ingredients(
    ingredients: Iterable[ReportedIngredient], said: Callable[[ReportedFinding], str]
) -> Iterator[str]:
    for one in ingredients:
        named = f"Ingredient {one.title or 'without a title'}"
        yield from (f"{named}: {said(failure)}" for failure in one.failures)
        if not one.failures and one.verdict not in {"Trusted", "NoCredentials"}:
            yield f"{named}: {words.VERDICTS[one.verdict][1]}"
        yield from _faults_of_ingredients(one.ingredients, said)


def _when(stamp: TimeStamped) -> str:
    if stamp.state == "Trusted" and stamp.time is not None:
        return f" on {words.at(stamp.time)}"
    return "; no trusted time-stamp says when"


def _proves_nothing(report: VerificationReport) -> bool:
    """Tell whether a list for development is the reason to trust the signer."""
    by = report.signer.trusted_by if report.signer else ""
    lists = [one for one in report.trust_lists if "signers" in one.purposes]
    named = [one for one in lists if one.name == by] or lists
    return bool(named) and all(one.is_development for one in named)
