"""`edge-signer verify`: whether a sidecar is valid, and its signer trusted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from cli.sidecar_verdict import AnchorsError, SidecarVerdict, judge
from cli.terminal import (
    EXIT_NOT_TRUSTED,
    EXIT_USAGE,
    fail,
    out,
    require_file,
    show_row,
    sidecar_of,
)
from emulator.local_state import ANCHORS_NAME, TSA_ANCHORS_NAME, default_directory


def verify_file(
    file: Path, manifest: Path | None, anchors: Path | None, state: Path | None, as_json: bool
) -> int:
    """Judge a file and its sidecar, and say so.

    Args:
        file: The asset.
        manifest: Its sidecar; by default the asset's name with `.c2pa` after it.
        anchors: PEM file of trusted roots; by default those of the emulator's runs.
        state: The emulator's state directory; None for the default.
        as_json: Print the verdict as one JSON object.

    Returns:
        0 where it is valid and trusted, else 1.
    """
    require_file(file)
    sidecar = manifest or sidecar_of(file)
    try:
        require_file(sidecar)
        manifest_store = sidecar.read_bytes()
        anchors_pem = _anchors(anchors, state or default_directory())
        verdict = judge(file, manifest_store, anchors_pem)
    except AnchorsError as broken:
        fail(str(broken), EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    if as_json:
        report = {"file": str(file), "trusted": verdict.trusted, **asdict(verdict)}
        out.print(json.dumps(report), markup=False)
    else:
        show(verdict)
    return 0 if verdict.trusted else EXIT_NOT_TRUSTED


def show(verdict: SidecarVerdict) -> None:
    """Print a verdict, the word itself last."""
    for name, value in (
        ("signer", verdict.signer),
        ("algorithm", verdict.algorithm),
        ("generator", verdict.generator),
        ("actions", ", ".join(verdict.actions)),
        ("signed at", _time_row(verdict)),
    ):
        if value:
            show_row(name, value)
    for failure in verdict.failures:
        out.print(
            f"[red]{'failure':<10}[/] {escape(failure['code'])}: {escape(failure['explanation'])}"
        )
    colour = "bold green" if verdict.trusted else "bold red"
    out.print(f"[dim]{verdict.engine:<10}[/] [{colour}]{verdict.state}[/]")


def _time_row(verdict: SidecarVerdict) -> str:
    """Say when an asset was signed and what that is worth; empty where nothing tells it."""
    if not verdict.time:
        return ""
    authority = "a trusted" if verdict.time_is_trusted else "an unknown"
    return f"{verdict.time}, says {authority} time-stamp authority"


def _anchors(anchors: Path | None, state: Path) -> str:
    if anchors is not None:
        require_file(anchors)
        try:
            return anchors.read_text(encoding="ascii")
        except UnicodeDecodeError:
            fail(f"{anchors}: not a PEM file", EXIT_USAGE)
    names = (ANCHORS_NAME, TSA_ANCHORS_NAME)
    kept = [state / name for name in names if (state / name).exists()]
    if not kept:
        fail("no emulator has run here yet: name the trusted roots with --anchors", EXIT_USAGE)
    return "".join(file.read_text() for file in kept)
