"""`edge-signer verify`: whether Content Credentials are valid, and their signer trusted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from cli.sidecar_verdict import AnchorsError, crjson_of, judge
from cli.terminal import (
    EXIT_NOT_TRUSTED,
    EXIT_USAGE,
    fail,
    out,
    require_file,
    show_row,
    sidecar_of,
)
from cli.verdict import Finding, Ingredient, Verdict
from emulator.local_state import ANCHORS_NAME, TSA_ANCHORS_NAME, default_directory

#: What the engine's words mean for the person who asks.
_IN_PLAIN_WORDS = {
    "assertion.dataHash.mismatch": "the file was changed after it was signed",
    "assertion.bmffHash.mismatch": "the file was changed after it was signed",
    "assertion.hashedURI.mismatch": "a statement was changed after it was signed",
    "claimSignature.mismatch": "the credentials were changed after they were signed",
    "signingCredential.untrusted": "nobody on the list of trusted roots vouches for the signer",
    "signingCredential.ocsp.skipped": "nobody was asked whether the certificate was revoked",
}


def verify_file(
    file: Path,
    manifest: Path | None,
    *,
    anchors: Path | None,
    tsa_anchors: Path | None,
    state: Path | None,
    as_json: bool,
    as_crjson: bool,
) -> int:
    """Judge a file and its credentials, and say so.

    Args:
        file: The asset.
        manifest: Its sidecar; by default the asset's name with `.c2pa` after it if that exists,
            else what is in the file itself.
        anchors: PEM file of trusted roots; by default those of the emulator's runs.
        tsa_anchors: PEM file of more roots, those of time-stamp authorities.
        state: The emulator's state directory; None for the default.
        as_json: Print the verdict as one JSON object.
        as_crjson: Print the engine's crJSON instead.

    Returns:
        0 where all of it is valid and trusted, else 1.
    """
    require_file(file)
    beside = sidecar_of(file)
    sidecar = manifest or (beside if beside.is_file() else None)
    try:
        if sidecar is not None:
            require_file(sidecar)
        manifest_store = None if sidecar is None else sidecar.read_bytes()
        anchors_pem = _anchors(anchors, tsa_anchors, state or default_directory())
        verdict = judge(file, manifest_store, anchors_pem)
        if as_crjson:
            out.print(crjson_of(file, manifest_store, anchors_pem), markup=False)
            return 0 if verdict.trusted else EXIT_NOT_TRUSTED
    except AnchorsError as broken:
        fail(str(broken), EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    except ValueError as unreadable:
        fail(f"no crJSON: {unreadable}")
    if as_json:
        report = {"file": str(file), "trusted": verdict.trusted, **asdict(verdict)}
        out.print(json.dumps(report), markup=False)
    else:
        show(verdict, str(sidecar or file))
    return 0 if verdict.trusted else EXIT_NOT_TRUSTED


def show(verdict: Verdict, read_from: str = "") -> None:
    """Print a verdict, the word itself last."""
    for name, value in (
        ("read from", read_from),
        ("signer", verdict.signer),
        ("algorithm", verdict.algorithm),
        ("generator", verdict.generator),
        ("kind", "an update of an earlier manifest" if verdict.is_update else ""),
    ):
        if value:
            show_row(name, value)
    for action in verdict.actions:
        source_type = action.digital_source_type.rpartition("/")[2]
        show_row("action", f"{action.name}, {source_type}" if source_type else action.name)
    _show_time_stamp(verdict)
    for ingredient in verdict.ingredients:
        _show_ingredient(ingredient, 0)
    for finding in verdict.informational:
        if not finding.code.startswith("timeStamp."):
            show_row("note", _said(finding), "yellow")
    for note in verdict.notes:
        show_row("note", note, "yellow")
    for failure in verdict.failures:
        show_row("failure", _said(failure), "red")
    colour = "bold green" if verdict.trusted else "bold red"
    holds = all(one.holds for one in verdict.ingredients)
    ending = "" if holds else ", and an ingredient does not hold"
    word = "No Content Credentials" if verdict.state == "None" else f"{verdict.state}{ending}"
    out.print(f"[dim]{verdict.engine:<10}[/] [{colour}]{word}[/]")


def _show_time_stamp(verdict: Verdict) -> None:
    stamp = verdict.time_stamp
    if stamp.state == "trusted":
        show_row("signed at", f"{stamp.time}, says a trusted time-stamp authority")
    elif stamp.state == "untrusted":
        when = f"{stamp.time}, says an unknown time-stamp authority: {stamp.problem}"
        show_row("signed at", when, "yellow")
    elif stamp.state == "invalid":
        show_row("signed at", f"unknown, the time-stamp does not hold: {stamp.problem}", "red")


def _show_ingredient(ingredient: Ingredient, depth: int) -> None:
    known = ingredient.title or ingredient.manifest or "without a name"
    colour = "" if ingredient.holds else "red"
    unsigned = "" if ingredient.manifest else ", without credentials of its own"
    described = f"{'  ' * depth}{known} ({ingredient.relationship or 'no relationship'}){unsigned}"
    show_row("ingredient", described, colour)
    for finding in ingredient.failures:
        show_row("", f"{'  ' * depth}  {_said(finding)}", "red")
    for one in ingredient.ingredients:
        _show_ingredient(one, depth + 1)


def _said(finding: Finding) -> str:
    meaning = _IN_PLAIN_WORDS.get(finding.code)
    engine = f"{finding.code}: {finding.explanation}" if finding.explanation else finding.code
    return f"{meaning} ({engine})" if meaning else engine


def _anchors(anchors: Path | None, tsa_anchors: Path | None, state: Path) -> str:
    more = "" if tsa_anchors is None else _pem(tsa_anchors)
    if anchors is not None:
        return _pem(anchors) + more
    names = (ANCHORS_NAME, TSA_ANCHORS_NAME)
    kept = [state / name for name in names if (state / name).exists()]
    if not kept:
        fail("no emulator has run here yet: name the trusted roots with --anchors", EXIT_USAGE)
    return "".join(file.read_text() for file in kept) + more


def _pem(file: Path) -> str:
    require_file(file)
    try:
        pem = file.read_text(encoding="ascii")
        load_pem_x509_certificates(pem.encode())
    except ValueError:
        fail(f"{file}: not a PEM file of certificates", EXIT_USAGE)
    return pem if pem.endswith("\n") else pem + "\n"
