"""What c2pa-rs says of an asset and its Content Credentials."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Any

import c2pa

from cli.report_reader import read_report
from cli.verdict import Finding, Verdict

#: Uses of a key that may sign claims and time-stamps; c2pa-rs wants them named beside the anchors.
TRUST_CONFIG = "\n".join(
    ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.8")
)
ENGINE = f"c2pa-rs {c2pa.sdk_version()}"
_NOT_FOUND = "ManifestNotFound"
_REMOTE = "Remote: must fetch remote manifests from url "
# A claim box of the older label; its version 2 has a label of its own (C2PA 2.4, "Claims").
_OLDER_CLAIM_BOX = bytes.fromhex("6332636c00110010800000aa00389b71") + b"\x03c2pa.claim\0"


class AnchorsError(Exception):
    """The trusted roots cannot be read; the text says why in one line."""


def judge(asset: Path, manifest_store: bytes | None, anchors_pem: str) -> Verdict:
    """Have c2pa-rs read an asset's credentials; it fetches nothing from elsewhere.

    Args:
        asset: The file.
        manifest_store: Its sidecar; None where the credentials are to be found in the file.
        anchors_pem: Roots to trust, for signers and time-stamps.

    Raises:
        AnchorsError: The roots are not certificates in PEM.
        OSError: The asset cannot be read.
    """
    read_from = "file" if manifest_store is None else "sidecar"
    try:
        report, detailed, crjson = _reports(asset, manifest_store, anchors_pem)
    except (c2pa.C2paError, ValueError) as unreadable:
        return _unread(str(unreadable), read_from)
    verdict = read_report(report, detailed, crjson, engine=ENGINE, read_from=read_from)
    return verdict.with_notes(_box_notes(manifest_store or b"", detailed))


def crjson_of(asset: Path, manifest_store: bytes | None, anchors_pem: str) -> str:
    """Give c2pa-rs's crJSON of an asset's credentials, as the engine writes it.

    Raises:
        AnchorsError: The roots are not certificates in PEM.
        ValueError: The engine cannot read the credentials, or there are none.
        OSError: The asset cannot be read.
    """
    try:
        return json.dumps(_reports(asset, manifest_store, anchors_pem)[2])
    except c2pa.C2paError as unreadable:
        raise ValueError(str(unreadable)) from unreadable


def has_credentials(asset: Path) -> bool:
    """Tell whether an asset carries Content Credentials, or names some elsewhere.

    Raises:
        OSError: The asset cannot be read.
    """
    try:
        _reports(asset, None, "")
    except c2pa.C2paError as unreadable:
        said = str(unreadable)
        return not said.startswith((_NOT_FOUND, "NotSupported"))
    except ValueError:
        return True
    return True


def _reports(asset: Path, manifest_store: bytes | None, anchors_pem: str) -> tuple[Any, Any, Any]:
    with (
        asset.open("rb") as stream,
        _context(anchors_pem) as context,
        c2pa.Reader(_format_of(asset), stream, manifest_store, context=context) as reader,
    ):
        report, detailed, crjson = reader.json(), reader.detailed_json(), reader.crjson()
    return json.loads(report), json.loads(detailed), json.loads(crjson)


def _unread(said: str, read_from: str) -> Verdict:
    if said.startswith(_NOT_FOUND):
        none = Finding("manifest.missing", "the file has no Content Credentials")
        return Verdict("None", (none,), ENGINE, read_from)
    if said.startswith(_REMOTE):
        url = said.removeprefix(_REMOTE)
        elsewhere = Finding("manifest.inaccessible", f"the file names {url}, which is not fetched")
        return Verdict("None", (elsewhere,), ENGINE, read_from)
    return Verdict("Unreadable", (Finding("unreadable", said),), ENGINE, read_from)


def _box_notes(manifest_store: bytes, detailed: Any) -> tuple[str, ...]:
    manifests = detailed.get("manifests") if isinstance(detailed, dict) else None
    active = manifests.get(detailed.get("active_manifest")) if isinstance(manifests, dict) else None
    claim = active.get("claim") if isinstance(active, dict) else None
    is_newer = isinstance(claim, dict) and claim.get("claim_version") == 2
    if is_newer and _OLDER_CLAIM_BOX in manifest_store:
        return ("a claim of version 2 stands under the label c2pa.claim, not c2pa.claim.v2",)
    return ()


def _context(anchors_pem: str) -> c2pa.Context:
    trust = {"trust_anchors": anchors_pem, "trust_config": TRUST_CONFIG}
    settings = {"trust": trust if anchors_pem else {"trust_config": TRUST_CONFIG}}
    offline = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    try:
        return c2pa.Context(c2pa.Settings.from_dict({**settings, **offline}))
    except c2pa.C2paError as broken:
        raise AnchorsError(f"the trusted roots cannot be read: {broken}") from broken


def _format_of(asset: Path) -> str:
    """Give the extension where c2pa-rs knows it, else the media type.

    Python's table of media types is the machine's own and knows fewer formats than c2pa-rs.
    """
    extension = asset.suffix.removeprefix(".").lower()
    if extension in c2pa.Reader.get_supported_mime_types():
        return extension
    return mimetypes.guess_type(asset.name)[0] or "application/octet-stream"
