"""The client for programs that run on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, TypeVar, Unpack

from edge_signer_client.credentials import Credentials
from edge_signer_client.errors import EdgeSignerClientError
from edge_signer_client.ingredient import Ingredient
from edge_signer_client.request_body import SigningOptions
from edge_signer_client.signed_asset import SignedAsset
from edge_signer_client.signed_file import embed_file
from edge_signer_client.signer import EdgeSigner

_T = TypeVar("_T")


class _CancelledError(EdgeSignerClientError):
    """Nobody waits for the signed file any more."""


class AsyncEdgeSigner:
    """The calls of `EdgeSigner` as coroutines, each of which runs in a thread.

    A call that is cancelled before its thread begins sends nothing. Cancelled later, the thread
    still finishes, and what it asked for may be signed: `sign`, `embed_bytes`, `derive`,
    `fetch_manifest` and `run_job` end at once and leave it behind; `embed` and `embed_file` end
    when it has, because until then it works with files.

    Args:
        url: Address of the API, with or without a slash at its end.
        credentials: The tenant's.
        patience_s: As of `EdgeSigner`. It also limits how long a cancelled `embed` or `embed_file`
            keeps trying.
        at_once: How many calls run at the same time; further ones wait. The threads are this
            client's own, because asyncio's shared ones are few on a small machine.
    """

    def __init__(
        self, url: str, credentials: Credentials, *, patience_s: float = 30, at_once: int = 8
    ) -> None:
        self._signer = EdgeSigner(url, credentials, patience_s=patience_s)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="edge-signer")

    async def sign(
        self,
        asset_sha256: str,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        idempotency_key: str | None = None,
        **options: Unpack[SigningOptions],
    ) -> SignedAsset:
        """Sign an asset by its digest, as `EdgeSigner.sign`."""
        return await self._in_thread(
            lambda: self._signer.sign(
                asset_sha256,
                policy_id,
                assertions,
                idempotency_key=idempotency_key,
                **options,
            )
        )

    async def embed(
        self,
        asset: BinaryIO,
        signed: BinaryIO,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        remote: bool = False,
        replace_store: bool = False,
        **options: Unpack[SigningOptions],
    ) -> SignedAsset:
        """Sign an asset and write it with its manifest inside, as `EdgeSigner.embed`.

        If this is cancelled, `signed` may hold anything, but nothing uses either stream any more.
        """
        return await self._to_its_end(
            lambda: self._signer.embed(
                asset,
                signed,
                policy_id,
                assertions,
                remote=remote,
                replace_store=replace_store,
                **options,
            )
        )

    async def embed_bytes(
        self,
        asset: bytes,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        remote: bool = False,
        replace_store: bool = False,
        **options: Unpack[SigningOptions],
    ) -> tuple[bytes, SignedAsset]:
        """Sign an asset in memory, as `EdgeSigner.embed_bytes`."""
        return await self._in_thread(
            lambda: self._signer.embed_bytes(
                asset,
                policy_id,
                assertions,
                remote=remote,
                replace_store=replace_store,
                **options,
            )
        )

    async def embed_file(
        self,
        asset: Path,
        target: Path,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        remote: bool = False,
        replace_store: bool = False,
        in_place: bool = False,
        check: Callable[[Path, SignedAsset], None] | None = None,
        **options: Unpack[SigningOptions],
    ) -> SignedAsset:
        """Sign an asset and write it to another file, as the function `embed_file`.

        `check` is called in the thread. If this is cancelled, the target stays as it was, unless it
        is complete already; there is no part of it.
        """
        is_cancelled = Event()

        def checked(signed: Path, answer: SignedAsset) -> None:
            if check is not None:
                check(signed, answer)
            if is_cancelled.is_set():
                raise _CancelledError(f"{target} is not wanted any more")

        return await self._to_its_end(
            lambda: embed_file(
                self._signer,
                asset,
                target,
                policy_id,
                assertions,
                remote=remote,
                replace_store=replace_store,
                in_place=in_place,
                check=checked,
                **options,
            ),
            is_cancelled,
        )

    async def derive(
        self,
        derivative: bytes,
        original: Path | bytes | Ingredient,
        policy_id: str,
        actions: Sequence[str | dict[str, Any]],
        **options: Unpack[SigningOptions],
    ) -> tuple[bytes, SignedAsset]:
        """Sign a derivative of an asset, as `EdgeSigner.derive`."""
        return await self._in_thread(
            lambda: self._signer.derive(derivative, original, policy_id, actions, **options)
        )

    async def fetch_manifest(self, signed: SignedAsset) -> bytes:
        """Download the manifest store of a signed asset, as `EdgeSigner.fetch_manifest`."""
        return await self._in_thread(lambda: self._signer.fetch_manifest(signed))

    async def run_job(self, request_json: bytes, wait_s: float) -> bytes:
        """Run a WebAssembly job, as `EdgeSigner.run_job`."""
        return await self._in_thread(lambda: self._signer.run_job(request_json, wait_s))

    async def _in_thread(self, call: Callable[[], _T]) -> _T:
        return await asyncio.wrap_future(self._threads.submit(copy_context().run, call))

    async def _to_its_end(self, call: Callable[[], _T], is_cancelled: Event | None = None) -> _T:
        """Run a call in a thread, and end no earlier than the thread, even if cancelled."""
        begun = self._threads.submit(copy_context().run, call)
        ended = asyncio.wrap_future(begun)
        try:
            # It leaves the future alone when it is cancelled, unlike awaiting the future.
            await asyncio.wait([ended])
        except asyncio.CancelledError:
            if is_cancelled is not None:
                is_cancelled.set()
            begun.cancel()
            while not ended.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([ended])
            if not ended.cancelled():
                # Looked at, or asyncio would report it as overlooked.
                ended.exception()
            raise
        return ended.result()
