"""The client itself: signing and jobs."""

from __future__ import annotations

import io
import json
import os
import uuid
from dataclasses import replace
from typing import Any, BinaryIO

from edge_signer_client.credentials import Credentials
from edge_signer_client.session import EdgeSignerClientError, RefusedError, Session
from edge_signer_client.signed_asset import SignedAsset
from edge_signer_client.signing_calls import NO_DIGEST, SigningCalls

# Holds a manifest of a common chain without a time-stamp; the server says what others need.
_USUAL_STORE_BYTES = 2560
# Reading more than this a second time takes longer than asking for the size first.
_SMALL_ASSET_BYTES = 8 * 1024 * 1024
# What the server takes at most.
_MOST_STORE_BYTES = 64 * 1024
_SIZES_APART_BYTES = 256
# A server that asks for more each time is not followed for ever.
_MOST_ROUNDS = 3
# Too small for any store, so the server answers with the size and signs nothing.
_NO_STORE_BYTES = 64


class EdgeSigner:
    """Client of one deployment for one tenant; threads may share it.

    Args:
        url: Address of the API, with or without a slash at its end.
        credentials: The tenant's.
        patience_s: How long a call keeps trying while the server is busy or unreachable, in
            seconds; 0 sends each request once.
    """

    def __init__(self, url: str, credentials: Credentials, *, patience_s: float = 30) -> None:
        self._session = Session(url, credentials)
        self._calls = SigningCalls(self._session, patience_s)
        # What fitted, by policy, time-stamp and length of the assertions.
        self._store_bytes: dict[tuple[str, bool | None, int], int] = {}

    def sign(
        self,
        asset_sha256: str,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        tsa: bool | None = None,
        title: str | None = None,
        idempotency_key: str | None = None,
    ) -> SignedAsset:
        """Sign an asset by its digest; the asset itself is not sent.

        Args:
            asset_sha256: SHA-256 of the asset, as 64 lower-case hexadecimal digits.
            policy_id: The policy to sign under.
            assertions: Content of each assertion by its label.
            tsa: Whether to time-stamp the signature; None leaves it to the policy.
            title: Name of the asset, for people; the manifest shows it. None for none.
            idempotency_key: A new one for each asset, 1 to 255 visible characters. Repeating the
                call with it within a day returns the same result. None makes one, so that what
                this call sends again is signed once.

        Raises:
            EdgeSignerClientError: The server refused, or did not answer.
        """
        fields = {"asset_sha256": asset_sha256, "tsa": tsa, "title": title}
        return self._calls.sign(policy_id, assertions, fields, idempotency_key)

    def embed(
        self,
        asset: BinaryIO,
        signed: BinaryIO,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        tsa: bool | None = None,
        title: str | None = None,
        remote: bool = False,
    ) -> SignedAsset:
        """Sign an asset and write it with its manifest inside; the asset itself is not sent.

        The asset is read once and copied; memory use does not depend on its size.

        Args:
            asset: Readable and seekable, of a format in `docs/client.md`.
            signed: Readable, writable and seekable; what it holds is replaced. It is complete only
                when this returns.
            policy_id: The policy to sign under.
            assertions: Content of each assertion by its label.
            tsa: Whether to time-stamp the signature; None leaves it to the policy.
            title: Name of the asset, for people; the manifest shows it. None for none.
            remote: Whether the file gets only the manifest's address, in its XMP.

        Raises:
            AssetLayoutError: No manifest can be embedded in this asset; nothing was signed.
            EdgeSignerClientError: The server refused, or did not answer.
            OSError: A file cannot be read or written.
        """
        if remote:
            return self._refer(asset, signed, policy_id, assertions, {"tsa": tsa, "title": title})
        # wasmtime takes longer to import than all the rest.
        from edge_signer_client.embedding import AssetLayout

        fields: dict[str, Any] = {"tsa": tsa, "title": title}
        # Assertions of about the same length make stores of about the same size.
        kind = (policy_id, tsa, len(json.dumps([assertions, title])) // _SIZES_APART_BYTES)
        store_bytes = self._store_bytes.get(kind)
        if store_bytes is None:
            store_bytes = _USUAL_STORE_BYTES
            if asset.seek(0, os.SEEK_END) > _SMALL_ASSET_BYTES:
                place = AssetLayout(asset, _NO_STORE_BYTES).embed
                store_bytes = self._needed_bytes(policy_id, assertions, {**fields, "embed": place})
        rounds = 1
        while True:
            layout = AssetLayout(asset, store_bytes)
            signed.seek(0)
            signed.truncate()
            fields |= {"asset_sha256": layout.write(signed), "embed": layout.embed}
            try:
                answer = self._calls.sign(policy_id, assertions, fields)
            except RefusedError as refused:
                needed_bytes = refused.store_bytes or 0
                if rounds == _MOST_ROUNDS or not store_bytes < needed_bytes <= _MOST_STORE_BYTES:
                    raise
                store_bytes = needed_bytes
                rounds += 1
                continue
            layout.fill(signed, answer.manifest_store)
            signed.flush()
            self._store_bytes[kind] = store_bytes
            return replace(answer, media_type=layout.media_type)

    def embed_bytes(
        self,
        asset: bytes,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        tsa: bool | None = None,
        title: str | None = None,
        remote: bool = False,
    ) -> tuple[bytes, SignedAsset]:
        """Sign an asset that is in memory, and return it with its manifest inside.

        The arguments and errors are those of `embed`.
        """
        signed = io.BytesIO()
        answer = self.embed(
            io.BytesIO(asset), signed, policy_id, assertions, tsa=tsa, title=title, remote=remote
        )
        return signed.getvalue(), answer

    def _refer(
        self,
        asset: BinaryIO,
        signed: BinaryIO,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
    ) -> SignedAsset:
        """Sign an asset and write it with its manifest's address in its XMP."""
        from edge_signer_client.reference import Reference

        reference = Reference(asset)
        for rounds_left in reversed(range(_MOST_ROUNDS)):
            manifest_id = str(uuid.uuid4())
            url = self._calls.manifest_url(manifest_id, policy_id, assertions, fields)
            signed.seek(0)
            signed.truncate()
            named = {"asset_sha256": reference.write(signed, url), "manifest_id": manifest_id}
            try:
                answer = self._calls.sign(policy_id, assertions, {**fields, **named})
            except RefusedError as refused:
                # An attempt whose answer was lost has stored its manifest.
                if rounds_left and refused.code == "MANIFEST_ID_REUSED":
                    continue
                raise
            if answer.manifest_url == url:
                signed.flush()
                return replace(answer, media_type=reference.media_type)
            # Manifests are served elsewhere since the server was asked.
            self._calls.forget_manifest_url()
        raise EdgeSignerClientError(f"the manifest is at {answer.manifest_url}, and not at {url}")

    def _needed_bytes(
        self, policy_id: str, assertions: dict[str, Any], fields: dict[str, Any]
    ) -> int:
        """Ask for the size of a store by announcing one that is too small."""
        try:
            self._calls.sign(policy_id, assertions, {**fields, "asset_sha256": NO_DIGEST})
        except RefusedError as refused:
            if not 0 < (refused.store_bytes or 0) <= _MOST_STORE_BYTES:
                raise
            return refused.store_bytes or 0
        return _USUAL_STORE_BYTES

    def fetch_manifest(self, signed: SignedAsset) -> bytes:
        """Download the manifest store of a signed asset; as a file, it is the asset's sidecar.

        Raises:
            EdgeSignerClientError: It is not there, or there was no answer.
        """
        return self._session.fetch(signed.manifest_url)

    def run_job(self, request_json: bytes, wait_s: float) -> bytes:
        """Run a WebAssembly job and return its result as it came; nothing of it is verified.

        The same bytes are sent again until there is a result, so the job runs once.

        Args:
            request_json: The JobRequest.
            wait_s: How long to keep trying, in seconds.

        Raises:
            EdgeSignerClientError: The server refused, or there was no result in time.
        """
        return self._session.request("POST", "/jobs", request_json, patience_s=wait_s).data
