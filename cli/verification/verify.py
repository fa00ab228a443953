"""`edge-signer verify`: validate a file's credentials, and whether to trust them."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from central_signer.verification.asset import AssetToVerify
from central_signer.verification.trusted_roots import AnchorsError
from central_signer.verification.verifier import Verifier
from cli.terminal import (
    EXIT_NOT_TRUSTED,
    EXIT_USAGE,
    fail,
    out,
    require_file,
    say_error,
    sidecar_of,
)
from cli.verification.screen import show
from cli.verification.trusted_lists import trust_lists
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust_lists.content import TrustListError
from emulator.local_state import default_directory


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
    """Validate a file's credentials and print the report.

    The sidecar is judged if there is one, else the manifest embedded in the file; if the file has
    both, the output mentions the other one.

    Args:
        file: The asset.
        manifest: Its sidecar; by default the asset's name with `.c2pa` after it.
        embedded: Judge the embedded manifest even if there is a sidecar.
        anchors: List of trusted signers; by default the installed lists and the emulator's roots.
        tsa_anchors: One more list, for time-stamps only.
        state: The emulator's state directory; None for the default.
        as_json: Print the report as one JSON object.
        as_crjson: Print the report of c2pa-rs in crJSON.

    Returns:
        0 if everything is valid and trusted, else 1.
    """
    for named in (file, manifest, anchors, tsa_anchors):
        if named is not None:
            require_file(named)
    if embedded and manifest is not None:
        fail("--embedded and --manifest name different credentials: give one", EXIT_USAGE)
    if as_json and as_crjson:
        fail("--json and --crjson exclude each other: give one", EXIT_USAGE)
    beside = sidecar_of(file)
    sidecar = manifest or (beside if beside.is_file() and not embedded else None)
    try:
        lists = trust_lists(anchors, tsa_anchors, state or default_directory())
        verifier = Verifier(lambda: lists)
        with file.open("rb") as stream:
            asset = _asset(file, stream, sidecar, verifier)
            report = verifier.verify(asset)
            crjson = verifier.crjson(asset) if as_crjson else ""
    except (AnchorsError, TrustListError) as broken:
        fail(str(broken), EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{unreadable.filename or file}: {unreadable.strerror}", EXIT_USAGE)
    if as_crjson:
        _print_crjson(crjson, report)
    elif as_json:
        out.print(report.to_json(), markup=False)
    else:
        show(report)
    return 0 if report.trusted else EXIT_NOT_TRUSTED


def _asset(file: Path, stream: BinaryIO, sidecar: Path | None, verifier: Verifier) -> AssetToVerify:
    if sidecar is None:
        beside = sidecar_of(file)
        also = f"the sidecar {beside}, which was not judged" if beside.is_file() else ""
        return AssetToVerify(str(file), stream=stream, also=also)
    return AssetToVerify(
        str(file),
        stream=stream,
        manifest_store=sidecar.read_bytes(),
        credentials="sidecar",
        source=str(sidecar),
        also=_embedded(verifier.verify(AssetToVerify(str(file), stream=stream))),
    )


def _embedded(report: VerificationReport) -> str:
    """Name the embedded credentials beside a sidecar; empty if there are none."""
    if report.judged.credentials == "remote":
        return f"the file refers to {report.judged.source}, which was not fetched"
    if report.verdict == "NoCredentials":
        return ""
    return f"the file has embedded credentials ({report.verdict}); --embedded judges them"


def _print_crjson(crjson: str, report: VerificationReport) -> None:
    if crjson:
        out.print(crjson, markup=False)
    elif report.failures:
        say_error(f"c2pa-rs gives no crJSON: {report.failures[0].explanation}")
    else:
        say_error("c2pa-rs gives no crJSON: no Content Credentials")
