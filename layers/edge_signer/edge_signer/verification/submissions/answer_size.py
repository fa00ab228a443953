"""Keeps answers within what Lambda sends: 6 MB, in which every quotation mark counts twice."""

from __future__ import annotations

from edge_signer.verification.report import ManifestSays, ReportedFinding, VerificationReport

#: The longest report or crJSON. A manifest with tens of thousands of parts can exceed it.
MAX_ANSWER_BYTES = 3 * 1024 * 1024
_MOST_FINDINGS = 100
_MOST_CHARACTERS = 200
# A file may name credentials elsewhere, at an address as long as itself.
_MOST_CHARACTERS_OF_AN_ADDRESS = 2_048


def fits(text: str) -> bool:
    """Tell whether a text can be sent."""
    return len(text) <= MAX_ANSWER_BYTES and len(text.encode()) <= MAX_ANSWER_BYTES


def report_json(report: VerificationReport) -> str:
    """Return a report as JSON; of one that is too long, the verdict and why, and that this is all.

    Args:
        report: Of any length.
    """
    text = report.to_json()
    if fits(text):
        return text
    address = report.judged.source[:_MOST_CHARACTERS_OF_AN_ADDRESS]
    short = VerificationReport(
        trusted=report.trusted,
        verdict=report.verdict,
        verified_at=report.verified_at,
        judged=report.judged.model_copy(update={"source": address}),
        checks=report.checks,
        manifest=ManifestSays(label=report.manifest.label[:_MOST_CHARACTERS]),
        failures=tuple(map(_shortened, report.failures[:_MOST_FINDINGS])),
        notes=(
            f"The report would have had more than {MAX_ANSWER_BYTES} bytes, so most of it was left "
            "out. `edge-signer verify` shows all of it.",
        ),
        missing=report.missing,
        trust_lists=report.trust_lists,
    )
    return short.to_json()


def _shortened(finding: ReportedFinding) -> ReportedFinding:
    return ReportedFinding(
        code=finding.code[:_MOST_CHARACTERS],
        meaning=finding.meaning[:_MOST_CHARACTERS],
        explanation=finding.explanation[:_MOST_CHARACTERS],
        url=finding.url[:_MOST_CHARACTERS],
        engines=finding.engines,
    )
