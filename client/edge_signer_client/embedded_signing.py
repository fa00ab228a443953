"""Writes a file with its manifest inside, or with the manifest's address, and has it signed."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from edge_signer_client.errors import EdgeSignerClientError, RefusedError
from edge_signer_client.ingredient import Ingredient
from edge_signer_client.signed_asset import SignedAsset
from edge_signer_client.signing_calls import NO_DIGEST, SigningCalls

if TYPE_CHECKING:
    from edge_signer_client.embedding import Progress

# Holds a manifest of a common chain without a time-stamp; the server says what others need.
_USUAL_STORE_BYTES = 2560
# What an ingredient's assertion usually takes, besides what it holds.
_USUAL_INGREDIENT_BYTES = 1024
# Reading more than this a second time takes longer than asking for the size first.
_SMALL_ASSET_BYTES = 8 * 1024 * 1024
# What the server takes at most.
_MOST_STORE_BYTES = 4 * 1024 * 1024
_SIZES_APART_BYTES = 256
# A server that asks for more each time is not followed for ever.
_MOST_ROUNDS = 3
# Too small for any store, so the server answers with the size and signs nothing.
_NO_STORE_BYTES = 64


class EmbeddedSigning:
    """Signs files whose manifest is inside, or which name it; threads may share it.

    Args:
        calls: Of the tenant.
    """

    def __init__(self, calls: SigningCalls) -> None:
        self._calls = calls
        # What fitted, by policy, time-stamp and length of what the manifest holds.
        self._store_bytes: dict[tuple[str, bool | None, int], int] = {}

    def embed(
        self,
        asset: BinaryIO,
        signed: BinaryIO,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
        *,
        replace_store: bool,
        progress: Progress | None = None,
    ) -> SignedAsset:
        """Sign an asset and write it with its manifest inside.

        The arguments are those of `EdgeSigner.embed`; `fields` are of the request.
        """
        # wasmtime takes longer to import than all the rest.
        from edge_signer_client.embedding import AssetLayout

        ingredients: tuple[Ingredient, ...] = fields["ingredients"] or ()
        held_bytes = sum(_bytes_held(ingredients))
        if fields["thumbnail"] is not None:
            # In base64.
            held_bytes += len(fields["thumbnail"]["content"]) * 3 // 4
        # Assertions of about the same length make stores of about the same size.
        said = json.dumps([assertions, fields["title"], fields["redactions"]])
        kind = (policy_id, fields["tsa"], (len(said) + held_bytes) // _SIZES_APART_BYTES)
        store_bytes = self._store_bytes.get(kind)
        if store_bytes is None:
            store_bytes = _USUAL_STORE_BYTES + held_bytes
            if asset.seek(0, os.SEEK_END) > _SMALL_ASSET_BYTES:
                place = AssetLayout(asset, _NO_STORE_BYTES, replace=replace_store).embed
                needed = {**fields, "embed": place}
                store_bytes = self._needed_bytes(policy_id, assertions, needed, store_bytes)
        rounds = 1
        while True:
            layout = AssetLayout(asset, store_bytes, replace=replace_store)
            signed.seek(0)
            signed.truncate()
            bound = {"asset_sha256": layout.write(signed, progress), "embed": layout.embed}
            try:
                answer = self._calls.sign(policy_id, assertions, {**fields, **bound})
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

    def refer(
        self,
        asset: BinaryIO,
        signed: BinaryIO,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
        progress: Progress | None = None,
    ) -> SignedAsset:
        """Sign an asset and write it with its manifest's address in its XMP."""
        from edge_signer_client.reference import Reference

        reference = Reference(asset)
        for rounds_left in reversed(range(_MOST_ROUNDS)):
            manifest_id = str(uuid.uuid4())
            url = self._calls.manifest_url(manifest_id, policy_id, assertions, fields)
            signed.seek(0)
            signed.truncate()
            named = {
                "asset_sha256": reference.write(signed, url, progress),
                "manifest_id": manifest_id,
            }
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
        self,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
        usual_bytes: int,
    ) -> int:
        """Ask for the size of a store by announcing one that is too small."""
        try:
            self._calls.sign(policy_id, assertions, {**fields, "asset_sha256": NO_DIGEST})
        except RefusedError as refused:
            if not 0 < (refused.store_bytes or 0) <= _MOST_STORE_BYTES:
                raise
            return refused.store_bytes or 0
        return usual_bytes


def _bytes_held(ingredients: Iterable[Ingredient]) -> Iterable[int]:
    for one in ingredients:
        yield _USUAL_INGREDIENT_BYTES + len(one.manifest_store or b"")
        if one.thumbnail is not None:
            yield len(one.thumbnail.content)
