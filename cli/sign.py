"""`edge-signer sign`: send an asset's digest to the signer and save the sidecar."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from cli.api_access import TenantOptions, tenant_access
from cli.source_types import SourceTypeError, source_type_uri, term_of, usual_lines
from cli.terminal import EXIT_USAGE, fail, require_file, say_warning, show_row, sidecar_of
from edge_signer_client import EdgeSigner, EdgeSignerClientError
from emulator.files import write_atomically


def sign_file(
    file: Path,
    options: TenantOptions,
    *,
    policy: str,
    source_type: str | None,
    tsa: bool | None,
    title: str | None,
) -> None:
    """Sign a file and write the sidecar beside it.

    Args:
        file: The asset; only its digest is sent.
        options: Which API signs, and for which tenant.
        policy: The policy to sign under.
        source_type: How the asset was made: a digital source type, term or URI. There is no
            default, because only the caller knows.
        tsa: Whether to time-stamp; None leaves it to the policy.
        title: Name of the asset, for people; None for none.

    Raises:
        typer.Exit: The file cannot be read or no source type is given (2), or the signer refuses
            or cannot be reached (1).
    """
    require_file(file)
    if file.stat().st_size == 0:
        fail(f"{file} is empty: there is nothing to verify in it", EXIT_USAGE)
    uri = _source_type(file, source_type)
    access = tenant_access(options)
    client = EdgeSigner(access.url, access.credentials)
    sidecar = sidecar_of(file)
    if not os.access(sidecar.parent, os.W_OK):
        fail(f"{sidecar.parent} cannot be written", EXIT_USAGE)
    try:
        with file.open("rb") as asset:
            asset_sha256 = hashlib.file_digest(asset, "sha256").hexdigest()
        signed = client.sign(asset_sha256, policy, created_from(uri), tsa=tsa, title=title)
        manifest_store = client.fetch_manifest(signed)
        replaced = sidecar.exists()
        write_atomically(sidecar, manifest_store, mode=0o644)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    except EdgeSignerClientError as refused:
        fail(str(refused))
    for name, value in (
        ("said", f"c2pa.created, {term_of(uri)}"),
        ("key", signed.kms_key_id),
        ("mode", f"{signed.signing_mode}, {signed.total_ms:.1f} ms"),
        ("manifest", signed.manifest_url),
        ("token", signed.tsa_token_url),
        ("sidecar", f"{sidecar} ({len(manifest_store)} bytes)"),
        ("replaced", "the earlier sidecar of that name" if replaced else ""),
    ):
        if value:
            show_row(name, value)


def created_from(digital_source_type: str) -> dict[str, Any]:
    """Return the assertions that say how an asset was created.

    Args:
        digital_source_type: URI of the vocabulary of IPTC or C2PA.
    """
    created = {"action": "c2pa.created", "digitalSourceType": digital_source_type}
    return {"c2pa.actions.v2": {"actions": [created]}}


def _source_type(file: Path, given: str | None) -> str:
    """Return the URI of the source type; warn if the file already carries credentials."""
    try:
        carries = _carries_credentials(file)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    earlier = f"{file} already carries Content Credentials, and ingredients are not supported yet: "
    if given is None:
        ask = "say how the file was made with --source-type:"
        if carries:
            ask = "to sign without referring to them, " + ask
        fail((earlier if carries else "") + ask, EXIT_USAGE, usual_lines())
    try:
        uri = source_type_uri(given)
    except SourceTypeError as unknown:
        fail(f"{unknown} --source-type takes:", EXIT_USAGE, usual_lines())
    if carries:
        say_warning(earlier + "the new manifest does not refer to them")
    return uri


def _carries_credentials(file: Path) -> bool:
    # c2pa-rs is a large library, so it is loaded only after the file is known to exist.
    from cli.verdict.engine import carries_credentials

    return carries_credentials(file)
