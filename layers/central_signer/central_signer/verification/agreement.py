"""Makes one result of several opinions: the least favourable verdict, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from central_signer.verification.checks import CHECKS, SUBJECTS, Result
from central_signer.verification.opinion import Opinion, merged, reported
from edge_signer.verification.findings import Finding
from edge_signer.verification.report import (
    Check,
    CheckName,
    Difference,
    ReportedFinding,
    Signer,
    TimeStamped,
    Verdict,
)

# From the most to the least favourable.
_VERDICTS: tuple[Verdict, ...] = ("Trusted", "Valid", "Invalid", "Unreadable")
_STAMPS = ("Trusted", "Absent", "Untrusted", "Invalid")
# c2pa-rs takes the time from another field of some tokens, up to a few seconds away.
_SAME_TIME = timedelta(minutes=1)
_RESULTS: tuple[Result, ...] = ("failed", "passed", "not_checked", "absent")


@dataclass(frozen=True)
class Agreement:
    """What all opinions come to.

    Attributes:
        verdict: The least favourable one of those that could judge; at most `Valid` if nobody
            could check the binding to the file, or if they judged different manifests.
        checks: Every check, with the engines that did it.
        failures: What is wrong, with the engines that found it.
        informational: Other findings.
        signer: Who signed.
        time_stamp: When; the least favourable again.
        differences: Where the engines disagree.
    """

    verdict: Verdict
    checks: tuple[Check, ...]
    failures: tuple[ReportedFinding, ...]
    informational: tuple[ReportedFinding, ...]
    signer: Signer | None
    time_stamp: TimeStamped
    differences: tuple[Difference, ...]


def agreement_of(opinions: Sequence[Opinion]) -> Agreement:
    """Compare opinions.

    Args:
        opinions: Of each engine; at least one could judge.
    """
    judged = [one for one in opinions if one.verdict is not None]
    checks = tuple(_check(name, opinions) for name in CHECKS)
    return Agreement(
        _verdict(judged, checks),
        checks,
        merged(f for one in opinions for f in reported(one.findings.failure, one.engine)),
        merged(f for one in opinions for f in reported(one.findings.informational, one.engine)),
        _signer(judged),
        _time_stamp(judged),
        tuple(_differences(judged)),
    )


def _verdict(judged: Sequence[Opinion], checks: Iterable[Check]) -> Verdict:
    verdict = max((one.verdict for one in judged if one.verdict), key=_VERDICTS.index)
    is_bound = any(one.name == "hard_binding" and one.result == "passed" for one in checks)
    is_one_manifest = len({one.label for one in judged}) == 1
    return "Valid" if verdict == "Trusted" and not (is_bound and is_one_manifest) else verdict


def _check(name: CheckName, opinions: Sequence[Opinion]) -> Check:
    results = {one.engine: one.result(name) for one in opinions}
    result = min(results.values(), key=_RESULTS.index)
    explanation = ""
    if result == "failed":
        explanation = _why_failed(name, opinions)
    elif result == "not_checked":
        reasons = (one.not_checked.get(name, "") for one in opinions)
        explanation = " ".join(dict.fromkeys(filter(None, reasons)))
    engines = tuple(one for one, its in results.items() if its in {"passed", "failed"})
    return Check(name=name, result=result, explanation=explanation, engines=engines)


def _why_failed(name: CheckName, opinions: Sequence[Opinion]) -> str:
    said: list[Finding | ReportedFinding] = [f for one in opinions for f in one.failures_of(name)]
    if name == "time_stamp":
        said += [f for one in opinions for f in one.time_stamp.findings]
    if not said:
        return "An ingredient is not trusted." if name == "ingredients" else ""
    return said[0].meaning or said[0].explanation or said[0].code


def _signer(judged: Sequence[Opinion]) -> Signer | None:
    """Take each field from the first engine that has it, our own validator before others."""
    known = [one.signer for one in reversed(judged) if one.signer is not None]
    if not known:
        return None
    fields: dict[str, object] = {}
    for one in known:
        for name, value in one:
            if fields.get(name) in {None, "", "not_checked"}:
                fields[name] = value
    return Signer.model_validate(fields)


def _time_stamp(judged: Sequence[Opinion]) -> TimeStamped:
    able = [one.time_stamp for one in judged if "time_stamp" not in one.not_checked]
    return max(reversed(able), key=lambda one: _STAMPS.index(one.state), default=TimeStamped())


def _differences(judged: Sequence[Opinion]) -> Iterator[Difference]:
    # Ingredients are compared one by one elsewhere. Whether an expired certificate leads to a
    # trusted root depends on when one looks.
    skipped = {"ingredients"}
    if all(one.result("certificate") == "failed" for one in judged):
        skipped.add("trust")
    differing = [
        name
        for name in CHECKS
        if name not in skipped and {"passed", "failed"} <= {one.result(name) for one in judged}
    ]
    for name in differing:
        yield _difference(name, judged)
    if not differing and _verdicts_differ(judged):
        yield Difference(meaning=_said((one.engine, f"says {one.verdict}") for one in judged))
    labels = {one.engine: one.label for one in judged if one.label}
    if len({*labels.values()}) > 1:
        said = _said((engine, f"takes {label}") for engine, label in labels.items())
        yield Difference(meaning=f"The active manifest: {said}")
    serials = {
        one.engine: one.signer.serial_number
        for one in judged
        if one.signer is not None and one.signer.serial_number
    }
    if len({*serials.values()}) > 1:
        said = _said((engine, f"says {serial}") for engine, serial in serials.items())
        yield Difference(meaning=f"The certificate's serial number: {said}")
    able = [one for one in judged if "time_stamp" not in one.not_checked]
    if "time_stamp" not in differing and _stamps_differ([one.time_stamp for one in able]):
        said = _said((one.engine, f"says {_stamp(one.time_stamp)}") for one in able)
        yield Difference(meaning=f"The time-stamp: {said}")


def _difference(name: CheckName, judged: Sequence[Opinion]) -> Difference:
    code, parts = "", []
    for one in judged:
        failures = one.failures_of(name)
        if failures:
            code = code or failures[0].code
            parts.append((one.engine, f"says {failures[0].code}"))
        elif one.result(name) in {"passed", "failed"}:
            holds = "holds" if one.result(name) == "passed" else "does not hold"
            parts.append((one.engine, f"says that it {holds}"))
    return Difference(meaning=f"{SUBJECTS[name].capitalize()}: {_said(parts)}", code=code)


def _verdicts_differ(judged: Sequence[Opinion]) -> bool:
    """Tell whether verdicts differ for another reason than that an engine did not check a part."""
    ranked = sorted(judged, key=lambda one: _VERDICTS.index(one.verdict or "Trusted"))
    best, worst = ranked[0], ranked[-1]
    if best.verdict == worst.verdict:
        return False
    failed = {worst.check_of(one) for one in worst.findings.failure}
    return not failed or not failed <= best.not_checked.keys()


def _stamps_differ(stamps: Sequence[TimeStamped]) -> bool:
    times = [one.time for one in stamps if one.time is not None]
    far = bool(times) and max(times) - min(times) > _SAME_TIME
    return far or len({one.state for one in stamps}) > 1


def _stamp(stamp: TimeStamped) -> str:
    return f"{stamp.state}, {stamp.time.isoformat()}" if stamp.time else stamp.state


def _said(parts: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{engine} {said}" for engine, said in parts) + "."
