"""`edge-signer certificate lint`: checks a chain, and names a remedy for each fault."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate
from rich.markup import escape

from cli.certificates.certificate_file import CertificateFile, read_or_exit
from cli.certificates.chain_check import arranged, public_key_of
from cli.certificates.linter import LintFinding, lint
from cli.options import Json
from cli.terminal import EXIT_USAGE, fail, out, printable, show_json

_COLOURS = {"error": "red", "warning": "yellow"}


def lint_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CHAIN", help="The certificate, then its issuers: PEM, DER or PKCS #7."
        ),
    ],
    level: Annotated[
        int | None,
        typer.Option(help="Assurance level of the conformance programme, 1 or 2, to check too."),
    ] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="File of roots; the chain must lead to one of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a chain against the certificate profile. Exit codes: 0 no error, 1 errors, 2 usage."""
    if level not in (None, 1, 2):
        fail("--level takes 1 or 2", EXIT_USAGE)
    # The rule about serial numbers says the same in better words.
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    found = read_or_exit(file)
    roots = None if anchors is None else read_or_exit(anchors).certificates
    findings = lint(_leaf_first(found), level=level, anchors=roots)
    errors = [one for one in findings if one.severity == "error"]
    if as_json:
        show_json([one.as_json() for one in findings])
    else:
        show_findings(findings)
        rules = "the certificate profile" if level is None else f"the profile and level {level}"
        checked = f"{len(found.certificates)} certificate(s) checked against {rules}"
        out.print(f"{checked}: {len(errors)} error(s), {len(findings) - len(errors)} warning(s)")
    raise typer.Exit(1 if errors else 0)


def show_findings(findings: Sequence[LintFinding]) -> None:
    """Print findings: for each the code, the certificate, what is wrong and what to do."""
    for one in findings:
        where = f"certificate {one.certificate}, {one.subject or 'unreadable'}"
        colour = _COLOURS[one.severity]
        out.print(f"[{colour}]{one.severity} {one.code}[/] [dim]{escape(printable(where))}[/]")
        out.print(f"  {escape(printable(one.sentence))} [dim]({one.source})[/]")
        out.print(f"  {escape(printable(one.remedy))}")


def _leaf_first(found: CertificateFile) -> Sequence[Certificate]:
    """Order a set: the leaf is the certificate that issued none of the others."""
    if found.is_ordered:
        return found.certificates
    issuers = {one.issuer for one in found.certificates if one.subject != one.issuer}
    leaf = next((one for one in found.certificates if one.subject not in issuers), None)
    leaf = leaf or found.certificates[0]
    return arranged(found.certificates, public_key_of(leaf), is_ordered=False).chain
