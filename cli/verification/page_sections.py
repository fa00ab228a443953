"""The sections of an HTML page on one report, from the verdict to what was judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from central_signer.verification.ingredients import are_trusted
from cli.verification import words
from cli.verification.conclusions import faults, headline
from cli.verification.elements import Content, Markup, definitions, element, foreign, items, table
from edge_signer.verification.report import (
    ManifestSays,
    ReportedIngredient,
    Signer,
    TrustListUsed,
    VerificationReport,
)

# Deeper ingredients are folded, unless something below them does not hold.
_OPEN_DEPTH = 2
_SIGNS = {"good": "✓ ", "careful": "! ", "bad": "✗ ", "none": "\N{EN DASH} "}
_SIGNATURE = {
    True: "Who signed, and when",
    False: "Who is said to have signed, and when",
}
_CREDENTIALS = {
    "embedded": "embedded in the file",
    "sidecar": "in the sidecar",
    "remote": "fetched from",
    "given": "given with the request",
    "none": "none",
}


def file_sections(report: VerificationReport, level: int) -> Iterator[Markup]:
    """Yield the sections on a report.

    Args:
        report: The report.
        level: Level of their headings, 2 or 3.
    """
    yield _verdict(report)
    for title, content in (
        ("What does not hold", items(map(foreign, faults(report)))),
        ("Where the engines differ", items(foreign(one.meaning) for one in report.differences)),
        ("What is missing", items(foreign(one.meaning) for one in report.missing)),
        ("Also noticed", items(map(foreign, _noticed(report)))),
        ("What was checked", _checks(report)),
        (_SIGNATURE[report.verdict == "Trusted"], _signature(report)),
        ("What the signer states", _statements(report.manifest)),
        ("Ingredients", [_ingredient(one, 0) for one in report.ingredients]),
        ("Engines", _engines(report)),
        ("Trust lists", _trust_lists(report.trust_lists)),
        ("What was judged", _judged(report)),
    ):
        if content:
            yield element("section", element(f"h{level}", title), content)


def toned(tone: words.Tone, text: str) -> Markup:
    """Return a text with the colour and the sign of a tone."""
    return element("span", element("span", _SIGNS[tone], aria_hidden="true"), text, class_=tone)


def moment(time: datetime | None) -> Markup | None:
    """Return a time in UTC, for people and for programs."""
    if time is None:
        return None
    known = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    return element("time", words.at(known), datetime=known.isoformat())


def _verdict(report: VerificationReport) -> Markup:
    said = headline(report)
    sign = element("span", _SIGNS[said.tone], aria_hidden="true")
    verdict = element("strong", sign, said.verdict)
    return element(
        "div", verdict, element("p", foreign(said.sentence)), class_=f"verdict {said.tone}"
    )


def _noticed(report: VerificationReport) -> list[str]:
    also = [report.judged.also] if report.judged.also else []
    return [*also, *report.notes, *words.remarks(report.informational)]


def _checks(report: VerificationReport) -> Markup | None:
    rows = [
        (
            words.CHECKS[one.name],
            toned(*words.RESULTS[one.result]),
            _listed(one.engines, "span"),
            foreign(one.explanation),
        )
        for one in report.checks
    ]
    return table("Each check, and who made it", ("Check", "Result", "By", "Why"), rows)


def _signature(report: VerificationReport) -> Content:
    signer = report.signer
    if signer is None:
        return None
    stamp = report.time_stamp
    tone, said = words.time_stamp(stamp)
    pairs: list[tuple[str, Content]] = [
        *_certificate(signer),
        ("Trusted by", foreign(signer.trusted_by) or _nobody(report)),
        ("Revocation", words.REVOCATION[signer.revocation]),
        ("Time-stamp", toned(tone, said)),
    ]
    return definitions(pairs)


def _nobody(report: VerificationReport) -> Markup | None:
    return None if report.verdict == "Trusted" else toned("bad", "no trust list")


def _certificate(signer: Signer) -> list[tuple[str, Content]]:
    valid = [moment(signer.not_before), " to ", moment(signer.not_after)]
    return [
        ("Name", foreign(signer.name)),
        ("Organisation", foreign(signer.organisation)),
        ("Certificate from", foreign(signer.issuer)),
        ("Certificate valid", valid if signer.not_before and signer.not_after else None),
        ("Serial number", foreign(signer.serial_number, "code")),
        ("Algorithm", foreign(signer.algorithm)),
    ]


def _statements(manifest: ManifestSays) -> list[Markup]:
    said = definitions(
        [
            ("Title", foreign(manifest.title)),
            ("Made with", foreign(manifest.claim_generator)),
            ("Generative AI", items(map(foreign, manifest.ai))),
            ("Use for training", items(map(foreign, manifest.training))),
            ("Removed statements", items(foreign(one, "code") for one in manifest.redactions)),
            ("Kind", words.KINDS.get(manifest.kind, "")),
            ("Manifest", foreign(manifest.label, "code")),
            ("Statements", _listed(manifest.assertions)),
        ]
    )
    return [one for one in (_actions(manifest), said) if one is not None]


def _actions(manifest: ManifestSays) -> Markup | None:
    rows = [
        (
            foreign(one.action or "without a name", "code"),
            foreign(words.source_type(one.digital_source_type)),
            foreign(one.software_agent),
            foreign(one.when),
        )
        for one in manifest.actions
    ]
    return table("What was done", ("Action", "How it was made", "Software", "When"), rows)


def _listed(texts: Sequence[str], name: str = "code") -> Content:
    kind = "whole" if name == "span" else None
    parts = [foreign(one, name, class_=kind) for one in texts]
    return [[", " if index else "", one] for index, one in enumerate(parts)]


def _ingredient(one: ReportedIngredient, depth: int) -> Markup:
    tone, verdict = words.VERDICTS[one.verdict]
    head = element(
        "summary",
        foreign(one.title or "without a title"),
        foreign(one.relationship and f", {one.relationship}"),
        foreign(one.signer and f", signed by {one.signer}"),
        ": ",
        toned(tone if words.is_sound(one) or tone != "good" else "bad", _own(one, verdict)),
    )
    inside = [
        items(foreign(words.finding(failure)) for failure in one.failures),
        items(map(foreign, words.remarks(one.informational))),
        definitions([("Format", foreign(one.media_type)), ("Signed", moment(one.time))]),
        _statements(one.manifest),
        [_ingredient(inner, depth + 1) for inner in one.ingredients],
    ]
    opened = depth < _OPEN_DEPTH or not words.is_sound(one)
    return element("details", head, inside, open=opened)


def _own(one: ReportedIngredient, verdict: str) -> str:
    below = not one.failures and not are_trusted(one.ingredients)
    return f"{verdict}, but not everything it was made of" if below else verdict


def _engines(report: VerificationReport) -> Markup | None:
    rows = []
    for one in report.engines:
        said = words.VERDICTS[one.verdict] if one.verdict else ("careful", "could not judge")
        failures = _listed(one.failures)
        unchecked = items(map(foreign, one.not_checked))
        rows.append((foreign(f"{one.name} {one.version}"), toned(*said), failures, unchecked))
    heads = ("Engine", "Verdict", "What does not hold", "What it did not check")
    return table("Programs that judged independently of each other", heads, rows)


def _trust_lists(lists: Sequence[TrustListUsed]) -> Markup | None:
    rows = [
        (
            foreign(one.name),
            " and ".join(one.purposes).replace("_", "-"),
            str(one.anchors),
            [moment(one.issued)] if one.issued else "not stated",
            _state(one),
            foreign(one.sha256, "code"),
        )
        for one in lists
    ]
    heads = ("List", "Trusted for", "Anchors", "Published", "State", "SHA-256")
    return table("The lists that the verdict rests on", heads, rows)


def _state(one: TrustListUsed) -> Content:
    until = [" until ", moment(one.next_update)] if one.next_update else None
    if one.is_overdue:
        return [toned("bad", "overdue"), ": a newer one was due on ", moment(one.next_update)]
    if one.is_development:
        return toned("careful", "for development: it proves nothing")
    return [toned("good", "current"), until] if until else "says no date"


def _judged(report: VerificationReport) -> Markup | None:
    judged = report.judged
    size = None if judged.size_bytes is None else f"{judged.size_bytes:,} bytes"
    source: Content = [" ", foreign(judged.source, "code")] if judged.source else None
    return definitions(
        [
            ("File", foreign(judged.name)),
            ("Media type", foreign(judged.media_type)),
            ("Size", size),
            ("SHA-256", foreign(judged.sha256 or "", "code")),
            ("Credentials", [_CREDENTIALS[judged.credentials], source]),
            ("Verified", moment(report.verified_at)),
        ]
    )
