"""Where a manifest store stands inside its asset, and what its hard binding excludes.

The signer never sees the asset. The client names the format and the place of the store; the ranges
that the signature excludes follow from these and from the size of our own store, so that a client
cannot exclude a byte of anything else (C2PA 2.2 §18.5, §18.6, annex A).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition

# The central signer reads this module, and has no builder.
if TYPE_CHECKING:
    from edge_signer.signing.manifest.builder import ManifestBuilder, PreparedManifest

#: The largest and the smallest hole that a client may reserve; no store is as small as that.
MAX_STORE_BYTES = 4 * 1024 * 1024
MIN_STORE_BYTES = 64
#: What a time-stamp may take; authorities' tokens have 2 to 7 KB.
TIME_STAMP_RESERVE_BYTES = 8 * 1024
# With what a time-stamp leaves of its reserve, this is what the builder can add.
_MAX_PADDING_BYTES = 512 * 1024
# A padded store is one key longer at least (C2PA 2.2 §13.2.5).
_LEAST_PADDING_BYTES = 5
# A larger store has a longer length in its exclusion, and the padding takes its least.
_SLACK_BYTES = 16
# The width of the excluded length depends on the store's size, and the size on that width.
_MOST_ROUNDS = 6
_JPEG_SEGMENT_BYTES = 65517


@dataclass(frozen=True)
class Layout:
    """How a format carries a store.

    Attributes:
        hole_bytes: Gives the bytes that a store of some size takes in the file, all excluded; None
            for BMFF, whose exclusions are boxes and not ranges.
        is_hashed_first: Whether the digest is independent of the store's size.
    """

    hole_bytes: Callable[[int], int] | None
    is_hashed_first: bool = False


def _jpeg(store_bytes: int) -> int:
    body = store_bytes - 8
    return body + -(-body // _JPEG_SEGMENT_BYTES) * 20


def _gif(store_bytes: int) -> int:
    return 14 + store_bytes + -(-store_bytes // 255) + 1


def _base64(store_bytes: int) -> int:
    return -(-store_bytes // 3) * 4


# Around the store stands what is hashed: sizes of a tag, of a directory, of a stream.
_BARE = Layout(lambda store_bytes: store_bytes)
_RIFF = Layout(lambda store_bytes: store_bytes + 8)
_BMFF = Layout(None)
#: By media type.
LAYOUTS: Mapping[str, Layout] = {
    "image/jpeg": Layout(_jpeg, is_hashed_first=True),
    "image/png": Layout(lambda store_bytes: store_bytes + 12, is_hashed_first=True),
    "image/gif": Layout(_gif, is_hashed_first=True),
    "image/svg+xml": Layout(_base64, is_hashed_first=True),
    "image/tiff": _BARE,
    "image/webp": _RIFF,
    "audio/wav": _RIFF,
    "video/avi": _RIFF,
    "audio/flac": _BARE,
    "audio/mpeg": _BARE,
    "application/pdf": _BARE,
    "image/avif": _BMFF,
    "image/heic": _BMFF,
    "audio/mp4": _BMFF,
    "video/mp4": _BMFF,
    "video/quicktime": _BMFF,
}
#: Formats in which an update can stand in the place of what it updates. An update is longer, and in
#: others a part of the file that is hashed tells where things are; encypher-c2pa hashes SVG so too.
UPDATABLE = ("image/gif", "image/jpeg", "image/png")


@dataclass(frozen=True)
class Embedding:
    """The place for a store in an asset.

    Attributes:
        format: A key of `LAYOUTS`.
        offset: First byte of what the store takes in the file; None for BMFF.
        store_bytes: Exact size of the store, padded if necessary; None for one without padding.
        layout_cpu_ms: 0, because the client lays the asset out.
    """

    format: str
    offset: int | None
    store_bytes: int | None
    layout_cpu_ms: ClassVar[float] = 0.0

    def require_possible(self, *, is_stamped: bool) -> None:
        """Refuse a time-stamp for which no room is reserved.

        Raises:
            InvalidRequestError: There is none.
        """
        if is_stamped and self.store_bytes is None:
            raise InvalidRequestError("embed.store_bytes is required with a time-stamp")

    def prepare(
        self,
        builder: ManifestBuilder,
        definition: ManifestDefinition,
        signature_bytes: int,
        *,
        is_stamped: bool,
    ) -> PreparedManifest:
        """Build everything except the signature, with a hard binding for this place.

        Args:
            builder: Builds it, several times if the exclusion depends on the store's own size.
            definition: The manifest without a binding.
            signature_bytes: Length of the signature.
            is_stamped: Whether a time-stamp will be added.

        Raises:
            EmbeddedStoreTooLargeError: The store cannot have `store_bytes`.
            InvalidRequestError: `store_bytes` is far more than the store needs.
            BuildError: The module refused the definition or was stopped.
        """
        if self.store_bytes is None:
            return self._exact(builder, definition, signature_bytes)
        prepared = builder.prepare(replace(definition, binding=self._binding(self.store_bytes)))
        plain_bytes = len(prepared.assemble(bytes(signature_bytes)))
        reserve_bytes = TIME_STAMP_RESERVE_BYTES if is_stamped else 0
        spare_bytes = self.store_bytes - plain_bytes - reserve_bytes
        if spare_bytes < 0 or 0 < spare_bytes < _LEAST_PADDING_BYTES:
            raise _too_large(plain_bytes + reserve_bytes)
        if spare_bytes > _MAX_PADDING_BYTES:
            raise InvalidRequestError(
                f"embed.store_bytes may be at most {_MAX_PADDING_BYTES} bytes more than the "
                f"{plain_bytes + reserve_bytes} that this manifest needs"
            )
        return prepared

    def assemble(self, prepared: PreparedManifest, signature: bytes, token: bytes) -> bytes:
        """Return the store, padded to `store_bytes`.

        Raises:
            EmbeddedStoreTooLargeError: The time-stamp is larger than what is reserved for it.
        """
        try:
            return prepared.assemble(signature, token, self.store_bytes)
        except BuildError as refused:
            if refused.name != "StoreLength":
                raise
            raise _too_large(len(prepared.assemble(signature, token))) from refused

    def _exact(
        self, builder: ManifestBuilder, definition: ManifestDefinition, signature_bytes: int
    ) -> PreparedManifest:
        store_bytes = 0
        for _ in range(_MOST_ROUNDS):
            binding = self._binding(max(store_bytes, _LEAST_PADDING_BYTES + 8))
            prepared = builder.prepare(replace(definition, binding=binding))
            found_bytes = len(prepared.assemble(bytes(signature_bytes)))
            if found_bytes == store_bytes:
                return prepared
            store_bytes = found_bytes
        raise BuildError("StoreLength")

    def _binding(self, store_bytes: int) -> dict[str, Any]:
        hole_bytes = LAYOUTS[self.format].hole_bytes
        if hole_bytes is None:
            return {"bmff": True}
        return {"exclusions": [{"start": self.offset, "length": hole_bytes(store_bytes)}]}


def _too_large(store_bytes: int) -> EmbeddedStoreTooLargeError:
    needed_bytes = store_bytes + _SLACK_BYTES
    return EmbeddedStoreTooLargeError(needed_bytes if needed_bytes <= MAX_STORE_BYTES else None)
