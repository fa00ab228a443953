"""`edge-signer verify`: validate files' credentials, and whether to trust them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from central_signer.verification.trusted_roots import AnchorsError
from central_signer.verification.verifier import Verifier
from cli.asset_files import found_assets
from cli.progress import LongTask
from cli.terminal import (
    EXIT_NOT_TRUSTED,
    EXIT_USAGE,
    fail,
    out,
    require_file,
    say_error,
    sidecar_of,
)
from cli.verification.fetch_rules import FetchError, FetchRules, allowed_hosts
from cli.verification.file_verifier import FileVerifier, Target
from cli.verification.screen import show
from cli.verification.trusted_lists import trust_lists
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust_lists.content import TrustListError
from emulator.files import write_atomically
from emulator.local_state import (
    MANIFESTS_PATH,
    LocalState,
    NotRunningError,
    default_directory,
)

_URL_BEGINS = ("https:", "http:")
_PAGE_MODE = 0o644


@dataclass(frozen=True)
class VerifyOptions:
    """The options of `edge-signer verify`.

    Attributes:
        manifest: The sidecar of a single file; by default the file's name with `.c2pa` after it.
        embedded: Judge the embedded manifest even if there is a sidecar.
        anchors: List of trusted signers; by default the installed lists and the emulator's roots.
        tsa_anchors: One more list, for time-stamps only.
        fetch: Whether remote manifests, and URLs that are given, may be fetched.
        fetch_from: The only hosts to fetch from; empty for every public one.
        html: File for a page of HTML with all reports; None for none.
        as_json: Print each report as a JSON object in a line.
        as_crjson: Print the report of c2pa-rs on a single file in crJSON.
        at_once: How many files to verify at the same time.
        state: The emulator's state directory; None for the default.
    """

    manifest: Path | None = None
    embedded: bool = False
    anchors: Path | None = None
    tsa_anchors: Path | None = None
    fetch: bool = False
    fetch_from: Sequence[str] = ()
    html: Path | None = None
    as_json: bool = False
    as_crjson: bool = False
    at_once: int = 4
    state: Path | None = None


def verify_files(named: Sequence[str], options: VerifyOptions) -> int:
    """Validate the credentials of files and print the reports.

    A sidecar is judged if there is one, else the manifest embedded in the file; if a file has both,
    the output mentions the other one.

    Args:
        named: Files, folders, patterns, and URLs if fetching is allowed.
        options: The options.

    Returns:
        0 if everything is valid and trusted, 130 after Ctrl-C, else 1.

    Raises:
        typer.Exit: A usage error (2).
    """
    _require_possible(named, options)
    unreadable: list[OSError] = []
    targets, is_single = _targets(named, options, unreadable)
    try:
        verifier = _verifier(options)
        if is_single and not unreadable:
            reports, exit_code = _verify_one(verifier, targets[0], options)
        else:
            if options.as_crjson or options.manifest is not None:
                option = "--crjson" if options.as_crjson else "--manifest"
                fail(f"{option} is for one file", EXIT_USAGE)
            from cli.verification.batch import verify_all

            verified = verify_all(
                *(verifier, targets, unreadable, options.at_once), as_json=options.as_json
            )
            reports, exit_code = verified.reports, verified.exit_code
    except (AnchorsError, TrustListError, FetchError) as broken:
        fail(str(broken), EXIT_USAGE)
    except OSError as failure:
        fail(f"{failure.filename}: {failure.strerror}", EXIT_USAGE)
    if options.html is not None and reports:
        exit_code = _write_page(options.html, reports) or exit_code
    return exit_code


def _require_possible(named: Sequence[str], options: VerifyOptions) -> None:
    """End the command if its options contradict each other, or name no file."""
    for file in (options.manifest, options.anchors, options.tsa_anchors):
        if file is not None:
            require_file(file)
    if options.embedded and options.manifest is not None:
        fail("--embedded and --manifest name different credentials: give one", EXIT_USAGE)
    if options.as_json and options.as_crjson:
        fail("--json and --crjson exclude each other: give one", EXIT_USAGE)
    if not options.fetch:
        if options.fetch_from:
            fail("--fetch-from says where to fetch from: it needs --fetch", EXIT_USAGE)
        for one in named:
            if one.startswith(_URL_BEGINS):
                fail(f"{one} is a URL: --fetch allows fetching it", EXIT_USAGE)
    if options.html is not None:
        # A slip must not replace a photograph by the report on it.
        if options.html.suffix.lower() not in {".html", ".htm"}:
            fail(f"--html {options.html}: the name of a page ends in .html", EXIT_USAGE)
        if not options.html.parent.is_dir():
            fail(f"--html {options.html}: {options.html.parent} is not a folder", EXIT_USAGE)


def _targets(
    named: Sequence[str], options: VerifyOptions, unreadable: list[OSError]
) -> tuple[list[Target], bool]:
    """Find what is to be verified, each once, and tell whether it is a single named file."""
    page = None if options.html is None else os.path.realpath(options.html)
    targets: dict[str, Target] = {}
    is_single = len(named) == 1
    for one in named:
        if one.startswith(_URL_BEGINS):
            targets[one] = Target(one, None)
            continue
        try:
            for found in found_assets([Path(one)], unreadable.append):
                path = os.path.realpath(found.path)
                is_single = is_single and found.is_named
                if found.path.suffix == ".c2pa":
                    why = "is a sidecar: name its asset, and the sidecar with --manifest"
                    fail(f"{found.path} {why} unless it is beside it", EXIT_USAGE)
                if page not in {path, os.path.realpath(sidecar_of(found.path))}:
                    targets.setdefault(path, Target.of_path(found.path))
                elif found.is_named:
                    fail(f"--html {options.html} would replace what is verified", EXIT_USAGE)
        except OSError as failure:
            fail(f"{failure.filename}: {failure.strerror}", EXIT_USAGE)
    if not targets and not unreadable:
        fail(f"{' '.join(named)}: there is no file to verify", EXIT_USAGE)
    return list(targets.values()), is_single


def _verifier(options: VerifyOptions) -> FileVerifier:
    state = options.state or default_directory()
    lists = trust_lists(options.anchors, options.tsa_anchors, state)
    fetcher = None
    if options.fetch:
        from cli.verification.fetching import Fetcher

        rules = FetchRules(allowed_hosts(options.fetch_from), _local_base(state))
        fetcher = Fetcher(rules)
    return FileVerifier(
        Verifier(lambda: lists),
        manifest=options.manifest,
        embedded=options.embedded,
        fetcher=fetcher,
    )


def _local_base(state: Path) -> str:
    try:
        return LocalState.load(state).url + MANIFESTS_PATH
    except NotRunningError:
        return ""


def _verify_one(
    verifier: FileVerifier, target: Target, options: VerifyOptions
) -> tuple[list[VerificationReport], int]:
    if options.as_crjson:
        with LongTask(f"verifying {target.name}"):
            report, crjson = verifier.crjson(target)
        _print_crjson(crjson, report)
    else:
        with LongTask(f"verifying {target.name}"):
            report = verifier.report(target)
        if options.as_json:
            out.print(report.to_json(), markup=False)
        else:
            show(report)
    return [report], 0 if report.trusted else EXIT_NOT_TRUSTED


def _print_crjson(crjson: str, report: VerificationReport) -> None:
    if crjson:
        out.print(crjson, markup=False)
    elif report.failures:
        say_error(f"c2pa-rs gives no crJSON: {report.failures[0].explanation}")
    else:
        say_error("c2pa-rs gives no crJSON: no Content Credentials")


def _write_page(page: Path, reports: Sequence[VerificationReport]) -> int:
    """Write the page; return the exit code of a failure, else 0."""
    from cli.verification.page import html_page

    try:
        write_atomically(page, html_page(reports), _PAGE_MODE)
    except OSError as failure:
        say_error(f"--html {page}: {failure.strerror}")
        return EXIT_NOT_TRUSTED
    return 0
