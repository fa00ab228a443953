"""A page of HTML that shows reports: one file, without scripts and without anything from outside.

The page's content security policy allows its own style, by its hash, and nothing else. So a text
that became markup in spite of the escaping could neither run nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cli.verification.conclusions import PROVES, headline, outcome, reason, summary
from cli.verification.elements import Markup, element, foreign, joined, table
from cli.verification.page_sections import file_sections, moment, toned
from cli.verification.words import signed_by
from edge_signer.verification.report import VerificationReport

_STYLE = Path(__file__).with_name("page_style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
)


def html_page(reports: Sequence[VerificationReport]) -> str:
    """Return a page that shows reports: a single one, or a table of all and a section for each.

    Args:
        reports: At least one.
    """
    if len(reports) == 1:
        (report,) = reports
        name = report.judged.name or "an asset"
        title = f"Content Credentials of {name}"
        heading = element("h1", "Content Credentials of ", foreign(name))
        content = joined([heading, file_sections(report, 2)])
    else:
        title = f"Content Credentials of {len(reports):,} files"
        sections = (_section(number, one) for number, one in enumerate(reports, 1))
        content = joined([element("h1", title), _overview(reports), sections])
    return _document(title, content, max(one.verified_at for one in reports))


def _overview(reports: Sequence[VerificationReport]) -> Markup:
    rows = []
    for number, one in enumerate(reports, 1):
        said, signer = headline(one), one.signer
        trusted_time = one.time_stamp.time if one.time_stamp.state == "Trusted" else None
        rows.append(
            (
                element("a", foreign(one.judged.name or "bytes"), href=f"#file-{number}"),
                toned(said.tone, said.verdict),
                foreign(signed_by(signer)) if signer else None,
                moment(trusted_time),
                foreign(reason(one)),
            )
        )
    caption = f"{summary(map(outcome, reports))}."
    heads = ("File", "Verdict", "Signer", "Signed", "What does not hold")
    return joined(table(caption, heads, rows))


def _section(number: int, report: VerificationReport) -> Markup:
    heading = element("h2", foreign(report.judged.name or "bytes"))
    sections = file_sections(report, 3)
    return element("section", heading, sections, id=f"file-{number}", class_="of-file")


def _document(title: str, content: Markup, verified_at: datetime) -> str:
    footer = element(
        "footer",
        element("p", PROVES),
        element("p", "Verified by Edge Signer on ", moment(verified_at), "."),
    )
    body = element("body", element("main", content), footer)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{joined(title).html}</title>
<style>{_STYLE}</style>
</head>
{body.html}
</html>
"""
