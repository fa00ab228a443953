"""`edge-signer sign`: an asset's digest to the signer, its sidecar to a file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from cli.api_address import require_api_address
from cli.edge_client import SOURCE_TYPE_PREFIX, EdgeClient, EdgeClientError
from cli.terminal import EXIT_USAGE, fail, require_file, show_row, sidecar_of
from emulator.files import write_atomically
from emulator.local_state import LocalState, NotRunningError, default_directory


def sign_file(
    file: Path,
    *,
    url: str | None,
    token: str | None,
    hmac_key: str | None,
    tenant: str,
    policy: str,
    source_type: str,
    tsa: bool | None,
    state: Path | None,
) -> None:
    """Sign a file and write the sidecar beside it.

    Args:
        file: The asset; only its digest is sent.
        url: Of the signer; None for the emulator that runs here.
        token: The tenant's bearer token; None for the emulator's.
        hmac_key: What the request is signed with; None where the token has no HMAC key.
        tenant: The tenant to sign for.
        policy: The policy to sign under.
        source_type: How the asset came to be: a term of the IPTC digital source types, or a URI.
        tsa: Whether to time-stamp; None leaves it to the policy.
        state: The emulator's state directory; None for the default.

    Raises:
        typer.Exit: The file cannot be read (2), or the signer refuses or cannot be reached (1).
    """
    require_file(file)
    if file.stat().st_size == 0:
        fail(f"{file} is empty: engines find nothing to verify in it", EXIT_USAGE)
    client = _client(url, token, hmac_key, tenant, state or default_directory())
    sidecar = sidecar_of(file)
    if not os.access(sidecar.parent, os.W_OK):
        fail(f"{sidecar.parent} cannot be written", EXIT_USAGE)
    try:
        with file.open("rb") as asset:
            asset_sha256 = hashlib.file_digest(asset, "sha256").hexdigest()
        signed = client.sign(asset_sha256, policy, created_from(source_type), tsa)
        manifest_store = client.fetch(signed.manifest_url)
        write_atomically(sidecar, manifest_store, mode=0o644)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    except EdgeClientError as refused:
        fail(str(refused))
    for name, value in (
        ("said", f"c2pa.created, {source_type}"),
        ("key", signed.kms_key_id),
        ("mode", f"{signed.signing_mode}, {signed.total_ms:.1f} ms"),
        ("manifest", signed.manifest_url),
        ("token", signed.tsa_token_url),
        ("sidecar", f"{sidecar} ({len(manifest_store)} bytes)"),
    ):
        if value:
            show_row(name, value)


def created_from(source_type: str) -> dict[str, Any]:
    """The assertions that say that an asset was created, and how."""
    uri = source_type if ":" in source_type else SOURCE_TYPE_PREFIX + source_type
    return {"c2pa.actions.v2": {"actions": [{"action": "c2pa.created", "digitalSourceType": uri}]}}


def _client(
    url: str | None, token: str | None, hmac_key: str | None, tenant: str, state_directory: Path
) -> EdgeClient:
    if url is not None:
        require_api_address(url)
    if token == "":
        fail("the token is empty", EXIT_USAGE)
    if hmac_key == "":
        fail("the HMAC key is empty", EXIT_USAGE)
    if url is not None and token is None:
        fail("--url needs --token, or EDGE_SIGNER_TOKEN", EXIT_USAGE)
    if url is not None and token is not None:
        return EdgeClient(url, token, tenant, hmac_key)
    try:
        state = LocalState.load(state_directory)
        return EdgeClient(state.url, token or state.token_of(tenant), tenant, hmac_key)
    except NotRunningError as absent:
        fail(f"{absent}: start one with `edge-signer run`, or name a signer with --url")
    except KeyError:
        fail(f"the emulator has no tenant {tenant}", EXIT_USAGE)
