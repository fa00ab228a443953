"""`edge-signer verify`: validate a file's credentials, and whether to trust them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from central_signer.verification.engine import (
    AnchorsError,
    Problem,
    Reading,
    TrustedRoots,
    read,
    read_certificates,
)
from central_signer.verification.judgement import Verdict, verdict_on
from cli.terminal import (
    EXIT_NOT_TRUSTED,
    EXIT_USAGE,
    fail,
    out,
    require_file,
    say_error,
    show_row,
    sidecar_of,
)
from cli.verification.screen import show, show_coloured
from emulator.local_state import ANCHORS_NAME, TSA_ANCHORS_NAME, default_directory


def verify_file(
    file: Path,
    *,
    manifest: Path | None,
    embedded: bool,
    anchors: Path | None,
    tsa_anchors: Path | None,
    state: Path | None,
    as_json: bool,
    as_crjson: bool,
) -> int:
    """Validate a file's credentials and print the verdict.

    The sidecar is judged if there is one, else the manifest embedded in the file; if the file has
    both, the output mentions the other one.

    Args:
        file: The asset.
        manifest: Its sidecar; by default the asset's name with `.c2pa` after it.
        embedded: Judge the embedded manifest even if there is a sidecar.
        anchors: PEM file of trusted roots; by default those of the emulator's runs.
        tsa_anchors: PEM file of more roots, for time-stamps only.
        state: The emulator's state directory; None for the default.
        as_json: Print the verdict as one JSON object.
        as_crjson: Print the engine's report in crJSON.

    Returns:
        0 if everything is valid and trusted, else 1.
    """
    require_file(file)
    if manifest is not None:
        require_file(manifest)
    if embedded and manifest is not None:
        fail("--embedded and --manifest name different credentials: give one", EXIT_USAGE)
    if as_json and as_crjson:
        fail("--json and --crjson exclude each other: give one", EXIT_USAGE)
    beside = sidecar_of(file)
    sidecar = manifest or (beside if beside.is_file() and not embedded else None)
    try:
        roots = _trusted_roots(anchors, tsa_anchors, state or default_directory())
        reading = read(file, sidecar.read_bytes() if sidecar else None, roots)
        also = _also(file, sidecar, roots)
    except AnchorsError as broken:
        fail(str(broken), EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    verdict = verdict_on(reading)
    if as_crjson:
        _print_crjson(reading, verdict)
    elif as_json:
        judged = {"file": str(file), "sidecar": str(sidecar) if sidecar else None, "also": also}
        report = {**judged, "trusted": verdict.trusted, **asdict(verdict)}
        out.print(json.dumps(report), markup=False)
    elif verdict.state == "NoCredentials":
        _show_absence(reading)
    else:
        show_row("judged", str(sidecar) if sidecar else f"what is embedded in {file}")
        if also:
            show_coloured("yellow", "also", also)
        show(verdict)
    return 0 if verdict.trusted else EXIT_NOT_TRUSTED


def _also(file: Path, sidecar: Path | None, roots: TrustedRoots) -> str:
    """Name the credentials that are not judged; empty if there are no others."""
    if sidecar is None:
        beside = sidecar_of(file)
        return f"the sidecar {beside}, which was not judged" if beside.is_file() else ""
    embedded = verdict_on(read(file, None, roots))
    if embedded.remote_url:
        return f"the file refers to {embedded.remote_url}, which was not fetched"
    if embedded.state == "NoCredentials":
        return ""
    return (
        f"the file has embedded credentials ({embedded.engine}: {embedded.state}); "
        "--embedded judges them"
    )


def _print_crjson(reading: Reading, verdict: Verdict) -> None:
    if reading.crjson:
        out.print(reading.crjson, markup=False)
    elif verdict.failures:
        say_error(f"{verdict.engine} gives no crJSON: {verdict.failures[0].explanation}")
    else:
        say_error(f"{verdict.engine} gives no crJSON: no Content Credentials")


def _show_absence(reading: Reading) -> None:
    show_row("sidecar", "none")
    match reading.problem:
        case Problem.REMOTE:
            show_row("embedded", f"only a reference to {reading.explanation}")
            show_row("", "It was not followed. Fetch it and name it with --manifest.")
        case Problem.UNSUPPORTED:
            show_row("embedded", "none that can be read: c2pa-rs does not know this format")
        case _:
            show_row("embedded", "none")
    out.print(f"[dim]{'':<10}[/] [bold red]No Content Credentials[/]")


def _trusted_roots(anchors: Path | None, tsa_anchors: Path | None, state: Path) -> TrustedRoots:
    for named in (anchors, tsa_anchors):
        if named is not None:
            require_file(named)
    time_stamps = [tsa_anchors] if tsa_anchors else []
    if anchors is None:
        anchors = state / ANCHORS_NAME
        if not anchors.exists():
            fail("no emulator has run here yet: name the trusted roots with --anchors", EXIT_USAGE)
        if (state / TSA_ANCHORS_NAME).exists():
            time_stamps.append(state / TSA_ANCHORS_NAME)
    return TrustedRoots(
        read_certificates(anchors),
        "".join(map(read_certificates, time_stamps)),
        named=" and ".join(map(str, [anchors, *time_stamps])),
    )
