"""Reads an asset and its manifest store with c2pa-rs, without using the network."""

from __future__ import annotations

import io
import json
import mimetypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

import c2pa

from central_signer.engine_settings import OFFLINE
from central_signer.verification.embedded_store import has_store
from central_signer.verification.watched_stream import WatchedStream
from edge_signer.verification.asset import AssetToVerify

#: What a report calls this engine.
ENGINE = "c2pa-rs"
#: A manifest store on its own, not inside an asset.
_STORE_FORMAT = "application/c2pa"
_URL = re.compile(r"https?://\S+")


class Problem(Enum):
    """Why c2pa-rs gave no report."""

    ABSENT = "absent"
    UNSUPPORTED = "unsupported"
    REMOTE = "remote"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Reading:
    """Result of reading an asset with c2pa-rs.

    Attributes:
        report: Its JSON report; None if there is none.
        rewritten_store: The manifest store as it would write it, with corrected labels; empty if
            it is not embedded, or not available.
        problem: Why there is no report.
        explanation: The engine's own words for that, or the URL of a remote manifest.
        has_asset: Whether it had the asset, and not only the manifest store.
    """

    report: Any = None
    rewritten_store: bytes = b""
    problem: Problem | None = None
    explanation: str = ""
    has_asset: bool = True


def engine_version() -> str:
    """Version of c2pa-rs."""
    return str(c2pa.sdk_version())


def engine_name() -> str:
    """Name and version of the engine."""
    return f"{ENGINE} {engine_version()}"


def read(asset: AssetToVerify, context: c2pa.Context, store_alone: bytes = b"") -> Reading:
    """Read and validate an asset with c2pa-rs.

    It takes as much memory as the asset is large, up to 512 MiB; for JPEG and PDF, any amount.

    Args:
        asset: The asset, or its digest.
        context: Settings of c2pa-rs, with the trusted roots.
        store_alone: Its manifest store, to read nothing else; empty to read the asset.

    Raises:
        OSError: The asset cannot be read; or another error of its stream.
    """
    if asset.stream is None:
        store_alone = asset.manifest_store or b""
    has_asset = not store_alone and asset.stream is not None
    try:
        with _reader(asset, context, None if has_asset else store_alone) as reader:
            report = json.loads(reader.json())
            is_embedded = has_asset and asset.manifest_store is None
            store = _rewritten_store(reader, report) if is_embedded else b""
            return Reading(report, store, has_asset=has_asset)
    except c2pa.C2paError as refused:
        reading = _refusal(refused)
    except (ValueError, RecursionError) as garbled:
        # The report of a damaged store may not be valid text or JSON.
        reading = Reading(problem=Problem.UNREADABLE, explanation=str(garbled))
    if asset.manifest_store is None and not store_alone:
        return reading
    # A store was given, so it is there, whatever it is.
    return Reading(
        problem=Problem.UNREADABLE,
        explanation=reading.explanation,
        has_asset=has_asset,
    )


def crjson(asset: AssetToVerify, context: c2pa.Context) -> str:
    """Return c2pa-rs's own report in crJSON; empty if it has none.

    Args:
        asset: The asset, or its digest.
        context: Settings of c2pa-rs, with the trusted roots.

    Raises:
        OSError: The asset cannot be read; or another error of its stream.
    """
    store_alone = (asset.manifest_store or b"") if asset.stream is None else None
    try:
        with _reader(asset, context, store_alone) as reader:
            report = str(reader.crjson())
    except (c2pa.C2paError, ValueError):
        return ""
    # For some damaged manifests it is an empty object, where `json()` reports what is wrong.
    return report if "manifests" in json.loads(report) else ""


def carries_credentials(asset: Path) -> bool:
    """Return whether a file contains Content Credentials or refers to them, valid or not.

    Args:
        asset: A file that is not empty.

    Raises:
        OSError: The file cannot be read.
    """
    settings = {**OFFLINE, "verify": {**OFFLINE["verify"], "verify_after_reading": False}}
    with asset.open("rb") as stream, c2pa.Context(c2pa.Settings.from_dict(settings)) as c:
        try:
            with c2pa.Reader(_format_of(asset.name), stream, context=c):
                return True
        except c2pa.C2paError as refused:
            problem = _refusal(refused).problem
        return (
            has_store(stream) if problem is Problem.UNSUPPORTED else problem is not Problem.ABSENT
        )


def remote_manifest_url(asset: Path, media_type: str) -> str:
    """Return the address of the remote manifest that a file names; empty if c2pa-rs finds none.

    Args:
        asset: The file.
        media_type: Of a format that c2pa-rs reads.

    Raises:
        OSError: The file cannot be read.
    """
    settings = c2pa.Settings.from_dict(OFFLINE)
    with asset.open("rb") as stream, c2pa.Context(settings) as context:
        try:
            with c2pa.Reader(media_type, stream, context=context):
                return ""
        except c2pa.C2paError as refused:
            reading = _refusal(refused)
    return reading.explanation if reading.problem is Problem.REMOTE else ""


def validation_failures(
    asset: Path, media_type: str, manifest_store: bytes | None = None
) -> list[str]:
    """Return what c2pa-rs finds wrong with a file's manifest, except that nobody is trusted.

    Args:
        asset: The file.
        media_type: Of a format that c2pa-rs reads.
        manifest_store: The manifest; None reads the one in the file.

    Returns:
        Codes of the standard, or the engine's own words; nothing for a valid manifest.

    Raises:
        OSError: The file cannot be read.
    """
    with asset.open("rb") as stream, c2pa.Context(c2pa.Settings.from_dict(OFFLINE)) as c:
        try:
            with c2pa.Reader(media_type, stream, manifest_store, context=c) as reader:
                report = json.loads(reader.json())
        except c2pa.C2paError as refused:
            return [str(refused)]
    if report.get("validation_state") in {"Valid", "Trusted"}:
        return []
    return [one["code"] for one in report["validation_results"]["activeManifest"]["failure"]]


@contextmanager
def _reader(
    asset: AssetToVerify, context: c2pa.Context, store_alone: bytes | None
) -> Iterator[Any]:
    if asset.stream is None or store_alone is not None:
        store = io.BytesIO(store_alone or b"")
        with c2pa.Reader(_STORE_FORMAT, store, context=context) as reader:
            yield reader
        return
    asset.stream.seek(0)
    watched = WatchedStream(asset.stream)
    format_name = asset.media_type or _format_of(asset.name)
    try:
        with c2pa.Reader(format_name, watched, asset.manifest_store, context=context) as reader:
            if watched.failure is not None:
                raise watched.failure
            yield reader
    except c2pa.C2paError as refused:
        if watched.failure is not None:
            raise watched.failure from refused
        raise


def _format_of(name: str) -> str:
    """Return the extension if c2pa-rs knows it, else the media type.

    Python's table of media types depends on the machine and has fewer formats than c2pa-rs.
    """
    extension = PurePath(name).suffix.removeprefix(".").lower()
    if extension in c2pa.Reader.get_supported_mime_types():
        return extension
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _rewritten_store(reader: Any, report: Any) -> bytes:
    label = report.get("active_manifest") if isinstance(report, dict) else None
    store = io.BytesIO()
    try:
        reader.resource_to_stream(str(label), store)
    except c2pa.C2paError:
        return b""
    return store.getvalue()


def _refusal(refused: Exception) -> Reading:
    said = str(refused)
    if isinstance(refused, c2pa.C2paError.ManifestNotFound):
        return Reading(problem=Problem.ABSENT, explanation=said)
    if isinstance(refused, c2pa.C2paError.NotSupported):
        return Reading(problem=Problem.UNSUPPORTED, explanation=said)
    # c2pa-python has no class for this error of c2pa-rs, but the text begins with its name.
    if said.startswith("Remote") and (url := _URL.search(said)):
        return Reading(problem=Problem.REMOTE, explanation=url[0])
    return Reading(problem=Problem.UNREADABLE, explanation=said)
