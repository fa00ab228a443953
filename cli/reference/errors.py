"""The page of the errors: what each code means, and what to do."""

from __future__ import annotations

from collections import defaultdict

from cli.openapi.responses import ErrorKind, sentence
from cli.reference.markdown import code, plain, table
from cli.reference.remedies import REMEDIES
from edge_signer.http.catalogue import STATUS

HEAD = """# Errors

`make reference` writes this page from the catalogue of the code. Every error of the API is a JSON
object with `code`, `error` and `message`, and with `retry_after` in seconds where waiting helps.
Programs should use `code`; the message names the field. [The API](../api.md#errors) says more,
also about API Gateway's own answers, which have no code.
"""


def errors_page() -> str:
    """Give the page."""
    by_status: dict[int, list[ErrorKind]] = defaultdict(list)
    for kind, status in STATUS.items():
        by_status[status].append(kind)
    sections = [HEAD]
    for status, kinds in sorted(by_status.items()):
        rows = (
            (code(kind.code), plain(sentence(kind)), plain(REMEDIES[kind.code]))
            for kind in sorted(kinds, key=lambda one: one.code)
        )
        sections.append(f"## {status}\n\n{table(('code', 'means', 'what to do'), rows)}")
    return "\n".join(sections)
