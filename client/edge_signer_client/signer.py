"""The client itself: signing and jobs."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Unpack

from edge_signer_client.credentials import Credentials
from edge_signer_client.embedded_signing import EmbeddedSigning
from edge_signer_client.ingredient import Ingredient
from edge_signer_client.request_body import SigningOptions, signing_fields
from edge_signer_client.session import Session
from edge_signer_client.signed_asset import SignedAsset
from edge_signer_client.signing_calls import SigningCalls


class EdgeSigner:
    """Client of one deployment for one tenant; threads may share it.

    Args:
        url: Address of the API, with or without a slash at its end.
        credentials: The tenant's.
        patience_s: How long a call keeps trying while the server is busy or unreachable, in
            seconds; 0 sends each request once.
    """

    def __init__(self, url: str, credentials: Credentials, *, patience_s: float = 30) -> None:
        self._begin(Session(url, credentials), patience_s)

    @classmethod
    def over(cls, session: Session, *, patience_s: float = 30) -> EdgeSigner:
        """Make a client that sends its requests over a session of the caller's."""
        made = cls.__new__(cls)
        made._begin(session, patience_s)
        return made

    def _begin(self, session: Session, patience_s: float) -> None:
        self._session = session
        self._calls = SigningCalls(session, patience_s)
        self._embedded = EmbeddedSigning(self._calls)

    def sign(
        self,
        asset_sha256: str,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        idempotency_key: str | None = None,
        **options: Unpack[SigningOptions],
    ) -> SignedAsset:
        """Sign an asset by its digest; the asset itself is not sent.

        Args:
            asset_sha256: SHA-256 of the asset, as 64 lower-case hexadecimal digits.
            policy_id: The policy to sign under.
            assertions: Content of each assertion by its label.
            idempotency_key: A new one for each asset, 1 to 255 visible characters. Repeating the
                call with it within a day returns the same result. None makes one, so that what
                this call sends again is signed once.
            options: What else the manifest says, as `SigningOptions`.

        Raises:
            EdgeSignerClientError: The server refused, or did not answer.
        """
        fields = {"asset_sha256": asset_sha256, **signing_fields(**options)}
        return self._calls.sign(policy_id, assertions, fields, idempotency_key)

    def embed(
        self,
        asset: BinaryIO,
        signed: BinaryIO,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        remote: bool = False,
        replace_store: bool = False,
        progress: Callable[[int, int], None] | None = None,
        **options: Unpack[SigningOptions],
    ) -> SignedAsset:
        """Sign an asset and write it with its manifest inside; the asset itself is not sent.

        The asset is read once and copied; memory use does not depend on its size.

        Args:
            asset: Readable and seekable, of a format in `docs/client.md`.
            signed: Readable, writable and seekable; what it holds is replaced. It is complete only
                when this returns.
            policy_id: The policy to sign under.
            assertions: Content of each assertion by its label.
            remote: Whether the file gets only the manifest's address, in its XMP.
            replace_store: Whether a manifest store that the asset carries already is left out of
                the signed file; make it an ingredient to keep what it says.
            progress: Called again and again with the bytes that are written, and with those that
                will be; None for nothing.
            options: What else the manifest says, as `SigningOptions`.

        Raises:
            AssetLayoutError: No manifest can be embedded in this asset; nothing was signed.
            EdgeSignerClientError: The server refused, or did not answer.
            OSError: A file cannot be read or written.
        """
        fields = signing_fields(**options)
        if remote:
            return self._embedded.refer(asset, signed, policy_id, assertions, fields, progress)
        return self._embedded.embed(
            *(asset, signed, policy_id, assertions, fields),
            replace_store=replace_store,
            progress=progress,
        )

    def embed_bytes(
        self,
        asset: bytes,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        remote: bool = False,
        replace_store: bool = False,
        **options: Unpack[SigningOptions],
    ) -> tuple[bytes, SignedAsset]:
        """Sign an asset that is in memory, and return it with its manifest inside.

        The arguments and errors are those of `embed`.
        """
        signed = io.BytesIO()
        answer = self.embed(
            io.BytesIO(asset),
            signed,
            policy_id,
            assertions,
            remote=remote,
            replace_store=replace_store,
            **options,
        )
        return signed.getvalue(), answer

    def derive(
        self,
        derivative: bytes,
        original: Path | bytes | Ingredient,
        policy_id: str,
        actions: Sequence[str | dict[str, Any]],
        **options: Unpack[SigningOptions],
    ) -> tuple[bytes, SignedAsset]:
        """Sign a derivative of an asset, such as a smaller image, as an edit of the original.

        The manifest begins with `c2pa.opened` and holds the original's credentials. It ends with
        `c2pa.converted` if the formats differ, else with `c2pa.transcoded`, unless `actions` has
        one of these or `c2pa.repackaged`. A manifest store that was copied into the derivative is
        left out.

        Args:
            derivative: The file to sign, of a format in `docs/client.md`.
            original: What it was made from: a file, with its credentials inside, beside it or
                where its XMP says; the file's content; or an ingredient whose credentials are
                known. The original is not sent.
            policy_id: The policy to sign under.
            actions: What was done, in order, by the standard's names, such as
                `c2pa.resized.proportional`; a mapping for an action that needs more, such as
                `c2pa.cropped` with its `digitalSourceType`.
            options: What else the manifest says; further ingredients follow the original.

        Returns:
            The derivative with its manifest inside, and the signer's answer.

        Raises:
            AssetLayoutError: No manifest can be embedded in the derivative, or the original is
                damaged; nothing was signed.
            EdgeSignerClientError: The server refused, or did not answer.
            OSError: The original cannot be read.
        """
        from edge_signer_client.derivative import history, parent_of

        parent = parent_of(original)
        said = history(parent.format, derivative, actions)
        options["ingredients"] = (parent, *options.get("ingredients", ()))
        return self.embed_bytes(derivative, policy_id, said, replace_store=True, **options)

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

    def run_batch(self, request_json: bytes, wait_s: float) -> bytes:
        """Run up to 100 jobs and return their results as they came; nothing of them is verified.

        The same bytes are sent again until there is an answer, so the batch runs once.

        Args:
            request_json: The request for the batch.
            wait_s: How long to keep trying, in seconds.

        Raises:
            EdgeSignerClientError: The server refused, or there was no answer in time.
        """
        return self._session.request("POST", "/jobs/batch", request_json, patience_s=wait_s).data
