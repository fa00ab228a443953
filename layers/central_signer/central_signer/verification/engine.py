"""Reads an asset and its manifest store with c2pa-rs, without using the network."""

from __future__ import annotations

import io
import json
import mimetypes
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import c2pa

from central_signer.verification.embedded_store import embedded_store, has_store


class AnchorsError(Exception):
    """The trusted roots cannot be read; the text says why in one line."""


@dataclass(frozen=True)
class TrustedRoots:
    """The certificates that a verdict rests on.

    Attributes:
        signers_pem: Roots of signers; c2pa-rs accepts them for time-stamps too.
        time_stamps_pem: Roots of time-stamp authorities; no signer is trusted because of them.
        named: Where they come from, for messages.
    """

    signers_pem: str
    time_stamps_pem: str = ""
    named: str = "the trusted roots"


def read_certificates(file: Path) -> str:
    """Read the certificates of a PEM file, without the text that trust lists have between them.

    Args:
        file: With at least one certificate.

    Returns:
        The certificates alone, in PEM.

    Raises:
        AnchorsError: A certificate cannot be read, or there is none.
        OSError: The file cannot be read.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        certificates = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError as broken:
        raise AnchorsError(f"{file} contains no PEM certificates ({broken})") from broken
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


#: Extended key usages of signers and time-stamp authorities; c2pa-rs needs them beside the anchors.
TRUST_CONFIG = "\n".join(
    ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.8")
)
#: c2pa-rs's name for `user_anchors`, where it says in which list it found a root.
TIME_STAMP_ANCHORS_LIST = "user_anchors"
# No remote manifest and no OCSP responder is contacted: a verdict must not reveal what is being
# verified, and must be the same tomorrow.
_OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
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
        crjson: The same in crJSON; empty if there is none.
        manifest_store: The manifest store that it read; empty if it is not available.
        problem: Why there is no report.
        explanation: The engine's own words for that, or the URL of a remote manifest.
    """

    report: Any = None
    crjson: str = ""
    manifest_store: bytes = b""
    problem: Problem | None = None
    explanation: str = ""


def engine_name() -> str:
    """Name and version of the engine."""
    return f"c2pa-rs {c2pa.sdk_version()}"


def read(asset: Path, manifest_store: bytes | None, roots: TrustedRoots) -> Reading:
    """Read and validate an asset with c2pa-rs.

    Args:
        asset: The file.
        manifest_store: Its manifest store, from a sidecar; None reads the one in the file.
        roots: The trusted roots.

    Raises:
        AnchorsError: c2pa-rs rejects the roots.
        OSError: The asset cannot be read.
    """
    trust = {"trust_anchors": roots.signers_pem, "trust_config": TRUST_CONFIG}
    if roots.time_stamps_pem:
        trust["user_anchors"] = roots.time_stamps_pem
    try:
        context = c2pa.Context(c2pa.Settings.from_dict({"trust": trust, "verify": _OFFLINE}))
    except c2pa.C2paError as broken:
        raise AnchorsError(f"{roots.named} cannot be read: {broken}") from broken
    with asset.open("rb") as stream, context:
        try:
            with c2pa.Reader(format_of(asset), stream, manifest_store, context=context) as reader:
                report = json.loads(reader.json())
                store = manifest_store or embedded_store(asset) or _rewritten_store(reader, report)
                return Reading(report, _crjson(reader), store)
        except c2pa.C2paError as refused:
            return _refusal(refused)
        except (ValueError, RecursionError) as garbled:
            # The report of a damaged store may not be valid text or JSON.
            return Reading(problem=Problem.UNREADABLE, explanation=str(garbled))


def carries_credentials(asset: Path) -> bool:
    """Return whether a file contains Content Credentials or refers to them, valid or not.

    Args:
        asset: A file that is not empty.

    Raises:
        OSError: The file cannot be read.
    """
    verify = _OFFLINE | {"verify_after_reading": False}
    with asset.open("rb") as stream, c2pa.Context(c2pa.Settings.from_dict({"verify": verify})) as c:
        try:
            with c2pa.Reader(format_of(asset), stream, context=c):
                return True
        except c2pa.C2paError as refused:
            problem = _refusal(refused).problem
    return has_store(asset) if problem is Problem.UNSUPPORTED else problem is not Problem.ABSENT


def remote_manifest_url(asset: Path, media_type: str) -> str:
    """Return the address of the remote manifest that a file names; empty if c2pa-rs finds none.

    Args:
        asset: The file.
        media_type: Of a format that c2pa-rs reads.

    Raises:
        OSError: The file cannot be read.
    """
    settings = c2pa.Settings.from_dict({"verify": _OFFLINE})
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
    with (
        asset.open("rb") as stream,
        c2pa.Context(c2pa.Settings.from_dict({"verify": _OFFLINE})) as c,
    ):
        try:
            with c2pa.Reader(media_type, stream, manifest_store, context=c) as reader:
                report = json.loads(reader.json())
        except c2pa.C2paError as refused:
            return [str(refused)]
    if report.get("validation_state") in {"Valid", "Trusted"}:
        return []
    return [one["code"] for one in report["validation_results"]["activeManifest"]["failure"]]


def format_of(asset: Path) -> str:
    """Return the extension if c2pa-rs knows it, else the media type.

    Python's table of media types depends on the machine and has fewer formats than c2pa-rs.
    """
    extension = asset.suffix.removeprefix(".").lower()
    if extension in c2pa.Reader.get_supported_mime_types():
        return extension
    return mimetypes.guess_type(asset.name)[0] or "application/octet-stream"


def _rewritten_store(reader: Any, report: Any) -> bytes:
    label = report.get("active_manifest") if isinstance(report, dict) else None
    store = io.BytesIO()
    try:
        reader.resource_to_stream(str(label), store)
    except c2pa.C2paError:
        return b""
    return store.getvalue()


def _crjson(reader: Any) -> str:
    try:
        return str(reader.crjson())
    except (c2pa.C2paError, ValueError):
        return ""


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
