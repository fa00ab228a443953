"""An inline asset as the place for its own manifest store."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.signing.manifest.embedding import TIME_STAMP_RESERVE_BYTES

# Both load the engine, which only requests with an inline asset to embed in need.
if TYPE_CHECKING:
    from edge_signer.signing.layout.asset_layout import AssetLayout
    from edge_signer.signing.manifest.builder import ManifestBuilder, PreparedManifest
    from edge_signer.signing.manifest.manifest_definition import ManifestDefinition

# Holds a manifest with an action, two certificates of 900 bytes and an RSA signature (3,224 bytes).
# Another size is found when the manifest is built, and the asset is laid out again.
_USUAL_STORE_BYTES = 3584
_MOST_ROUNDS = 4
#: The most that a file and its manifest store take in an answer, in base64. Lambda sends 6 MiB; the
#: rest of an answer has 4 KiB.
MAX_ANSWER_BYTES = 6 * 1024 * 1024 - 16 * 1024


class InlineEmbedding:
    """Lays an asset out for its manifest store, with a module of its own for each request.

    Has the methods of `Embedding` by which a manifest is made for its place. The store is padded a
    little, because its size must be known before the asset is hashed.

    Args:
        asset: The file.
        replaces: Whether the store takes the place of the one that the file has.

    Attributes:
        layout_cpu_ms: CPU time of the process that laying out has taken so far. Fuel bounds it, in
            proportion to the asset; the budget of CPU time is for building.
    """

    def __init__(self, asset: bytes, *, replaces: bool = False) -> None:
        self._replaces = replaces
        self.layout_cpu_ms = 0.0
        self._asset = asset
        self._store_bytes = _USUAL_STORE_BYTES
        self._layout: AssetLayout | None = None
        self._filled: tuple[bytes, bytes] | None = None

    def require_possible(self, *, is_stamped: bool) -> None:
        """Lay the asset out, and hash what the manifest will be bound to.

        Args:
            is_stamped: Whether a time-stamp will be added.

        Raises:
            AlreadySignedError: The file already has a manifest store.
            AssetNotEmbeddableError: The file is damaged or too complex, or of another format.
        """
        self._store_bytes = _USUAL_STORE_BYTES + (TIME_STAMP_RESERVE_BYTES if is_stamped else 0)
        self._laid_out()

    def prepare(
        self,
        builder: ManifestBuilder,
        definition: ManifestDefinition,
        signature_bytes: int,
        *,
        is_stamped: bool,
    ) -> PreparedManifest:
        """Build everything except the signature, with a hard binding to this asset.

        Args:
            builder: Builds it, again if the store is larger than usual.
            definition: The manifest; its `asset_sha256` is replaced.
            signature_bytes: Length of the signature.
            is_stamped: Whether a time-stamp will be added.

        Raises:
            EmbeddedStoreTooLargeError: The store is larger than any that is embedded, or does not
                fit into one answer with the file.
            AlreadySignedError, AssetNotEmbeddableError: As `require_possible`.
            BuildError: The module refused the definition or was stopped.
        """
        for _ in range(_MOST_ROUNDS):
            layout = self._laid_out()
            if (layout.signed_bytes + self._store_bytes) * 4 // 3 > MAX_ANSWER_BYTES:
                raise EmbeddedStoreTooLargeError(None)
            try:
                return layout.place.prepare(
                    builder,
                    replace(definition, asset_sha256=layout.digest),
                    signature_bytes,
                    is_stamped=is_stamped,
                )
            except EmbeddedStoreTooLargeError as refused:
                if refused.store_bytes is None:
                    raise
                self._store_bytes = refused.store_bytes
        raise EmbeddedStoreTooLargeError(None)

    def assemble(self, prepared: PreparedManifest, signature: bytes, token: bytes) -> bytes:
        """Return the store, padded to the size that the asset was laid out for.

        Raises:
            EmbeddedStoreTooLargeError: The time-stamp is larger than what is reserved for it.
        """
        try:
            return self._laid_out().place.assemble(prepared, signature, token)
        except EmbeddedStoreTooLargeError as refused:
            # Nobody can announce a size here.
            raise EmbeddedStoreTooLargeError(None) from refused

    def signed(self, manifest_store: bytes) -> bytes:
        """Return the asset with its store inside; the same store gives the same bytes.

        Args:
            manifest_store: What `assemble` returned, now or for an earlier request.

        Raises:
            HardBindingError: The store is not bound to what would be written.
            AlreadySignedError, AssetNotEmbeddableError: As `require_possible`.
        """
        from edge_signer.signing.layout.hard_binding import require_bound

        if self._filled is None or self._filled[0] != manifest_store:
            self._store_bytes = len(manifest_store)
            signed = self._laid_out().signed(manifest_store)
            require_bound(signed, manifest_store)
            self._filled = manifest_store, signed
        return self._filled[1]

    def _laid_out(self) -> AssetLayout:
        from edge_signer.signing.layout.asset_layout import AssetLayout

        if self._layout is None or self._layout.place.store_bytes != self._store_bytes:
            began_cpu_s = time.process_time()
            try:
                self._layout = AssetLayout(self._asset, self._store_bytes, replaces=self._replaces)
                self._layout.digest  # noqa: B018 - it is kept
            finally:
                self.layout_cpu_ms += (time.process_time() - began_cpu_s) * 1000
        return self._layout
