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
from typing import Any, BinaryIO

import c2pa

from central_signer.verification.asset import AssetToVerify
from central_signer.verification.embedded_store import embedded_store, has_store
from central_signer.verification.trusted_roots import OFFLINE

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
        manifest_store: The manifest store that it read; empty if it is not available.
        problem: Why there is no report.
        explanation: The engine's own words for that, or the URL of a remote manifest.
        has_asset: Whether it had the asset, and not only the manifest store.
    """

    report: Any = None
    manifest_store: bytes = b""
    problem: Problem | None = None
    explanation: str = ""
    has_asset: bool = True


def engine_version() -> str:
    """Version of c2pa-rs."""
    return str(c2pa.sdk_version())


def engine_name() -> str:
    """Name and version of the engine."""
    return f"{ENGINE} {engine_version()}"


def read(asset: AssetToVerify, context: c2pa.Context) -> Reading:
    """Read and validate an asset with c2pa-rs.

    Args:
        asset: The asset, or its manifest store alone.
        context: Settings of c2pa-rs, with the trusted roots.

    Raises:
        OSError: The asset cannot be read.
    """
    has_asset = asset.stream is not None
    try:
        with _reader(asset, context) as reader:
            report = json.loads(reader.json())
            return Reading(report, _store_of(asset, reader, report), has_asset=has_asset)
    except c2pa.C2paError as refused:
        reading = _refusal(refused)
    except (ValueError, RecursionError) as garbled:
        # The report of a damaged store may not be valid text or JSON.
        reading = Reading(problem=Problem.UNREADABLE, explanation=str(garbled))
    if asset.manifest_store is None:
        return reading
    # A store was given, so it is there, whatever it is.
    return Reading(
        manifest_store=asset.manifest_store,
        problem=Problem.UNREADABLE,
        explanation=reading.explanation,
        has_asset=has_asset,
    )


def crjson(asset: AssetToVerify, context: c2pa.Context) -> str:
    """Return c2pa-rs's own report in crJSON; empty if it has none.

    Args:
        asset: The asset, or its manifest store alone.
        context: Settings of c2pa-rs, with the trusted roots.

    Raises:
        OSError: The asset cannot be read.
    """
    try:
        with _reader(asset, context) as reader:
            return str(reader.crjson())
    except (c2pa.C2paError, ValueError):
        return ""


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


def validation_failures(asset: Path, media_type: str) -> list[str]:
    """Return what c2pa-rs finds wrong with the manifest in a file, except that nobody is trusted.

    Args:
        asset: The file.
        media_type: Of a format that c2pa-rs reads.

    Returns:
        Codes of the standard, or the engine's own words; nothing for a valid manifest.

    Raises:
        OSError: The file cannot be read.
    """
    with asset.open("rb") as stream, c2pa.Context(c2pa.Settings.from_dict(OFFLINE)) as c:
        try:
            with c2pa.Reader(media_type, stream, context=c) as reader:
                report = json.loads(reader.json())
        except c2pa.C2paError as refused:
            return [str(refused)]
    if report.get("validation_state") in {"Valid", "Trusted"}:
        return []
    return [one["code"] for one in report["validation_results"]["activeManifest"]["failure"]]


@contextmanager
def _reader(asset: AssetToVerify, context: c2pa.Context) -> Iterator[Any]:
    if asset.stream is None:
        store = io.BytesIO(asset.manifest_store or b"")
        with c2pa.Reader(_STORE_FORMAT, store, context=context) as reader:
            yield reader
        return
    asset.stream.seek(0)
    watched = _Watched(asset.stream)
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


class _Watched:
    """A stream whose failures c2pa-rs sees, but would report as a fault of the file."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failure: Exception | None = None

    def readinto(self, buffer: Any) -> int:
        try:
            return self._stream.readinto(buffer)  # type: ignore[attr-defined, no-any-return]
        except Exception as failure:
            self.failure = failure
            raise

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    # c2pa-python wants all of these, and calls none of them to read.
    def read(self, length: int = -1) -> bytes:
        return self._stream.read(length)

    def write(self, _content: bytes) -> int:
        raise io.UnsupportedOperation("write")

    def flush(self) -> None:
        pass


def _format_of(name: str) -> str:
    """Return the extension if c2pa-rs knows it, else the media type.

    Python's table of media types depends on the machine and has fewer formats than c2pa-rs.
    """
    extension = PurePath(name).suffix.removeprefix(".").lower()
    if extension in c2pa.Reader.get_supported_mime_types():
        return extension
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _store_of(asset: AssetToVerify, reader: Any, report: Any) -> bytes:
    if asset.manifest_store is not None or asset.stream is None:
        return asset.manifest_store or b""
    found = embedded_store(asset.stream)
    if found:
        return found
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
