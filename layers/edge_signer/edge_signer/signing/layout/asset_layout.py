"""An asset in memory, and how it is written with its manifest store inside.

`embed.wasm` knows the formats: it reads a few headers and gives a plan (C2PA 2.2 annex A). Here the
plan is carried out. The client's `edge_signer_client.embedding` does the same with files of any
size; a test compares what both write.
"""

from __future__ import annotations

import hashlib
import struct
from functools import cached_property

from edge_signer.signing.layout.layout_calls import LayoutCalls, not_embeddable
from edge_signer.signing.manifest.embedding import LAYOUTS, Embedding
from edge_signer.signing.manifest.wasmtime_c_api import WASMTIME_I64
from edge_signer.signing.manifest.wasmtime_instance import I64

#: An answer has 6 MiB at most (Lambda's limit) and holds file and store in base64.
MAX_SIGNED_BYTES = 4_600_000
#: Each takes a few calls of the module; a file of this size that needs more is no real one.
MAX_STEPS = 16 * 1024
_COPY, _LITERAL, _HOLE, _SHIFT = range(4)
_WRITE, _HASH = 1, 2
_STEP = struct.Struct("<IIIIQQ")
_Part = bytes | memoryview


class AssetLayout:
    """The plan for one asset and a store of one size.

    Args:
        asset: The file.
        store_bytes: Exact size of the manifest store.
        replaces: Whether it takes the place of the store that the file has.

    Attributes:
        place: Where the store stands in the signed file.
        signed_bytes: Size of the signed file.

    Raises:
        AlreadySignedError: The file already has a manifest store.
        AssetNotEmbeddableError: The file is damaged or too complex, or its format is not supported.
    """

    def __init__(self, asset: bytes, store_bytes: int, *, replaces: bool = False) -> None:
        self._asset = asset
        self._calls = LayoutCalls(asset)
        begin = b"begin_replacing" if replaces else b"begin"
        self._calls.call(begin, I64(len(asset)), store_bytes, gives=None)
        self._window = self._calls.call(b"window")
        self._window_bytes = self._calls.call(b"window_capacity")
        state = self._calls.advanced()
        self._step_count, self._steps_at = state[2:4]
        self.signed_bytes, hole_offset, self._hole_bytes = state[11:14]
        if self._step_count > MAX_STEPS:
            raise not_embeddable("the file has more parts than are laid out here")
        if self.signed_bytes > MAX_SIGNED_BYTES:
            raise not_embeddable(f"the signed file has more than {MAX_SIGNED_BYTES} bytes")
        media_type = self._calls.text(*state[4:6])
        is_range = LAYOUTS[media_type].hole_bytes is not None
        self.place = Embedding(media_type, hole_offset if is_range else None, store_bytes)

    @property
    def digest(self) -> bytes:
        """SHA-256 of what the hard binding covers, 32 bytes.

        Raises:
            AssetNotEmbeddableError: The file names places that would move too far.
        """
        return self._written[2]

    def signed(self, manifest_store: bytes) -> bytes:
        """Return the file with the store inside.

        Args:
            manifest_store: Exactly as long as announced.

        Raises:
            ValueError: It has another length.
        """
        at = self._calls.call(b"store_buffer", len(manifest_store))
        self._calls.instance.write(at, manifest_store)
        filled = self._calls.call(b"fill", gives=WASMTIME_I64)
        filling = self._calls.instance.read(filled >> 32, filled & 0xFFFF_FFFF)
        if len(filling) != self._hole_bytes:
            raise ValueError(f"a store of {len(manifest_store)} bytes does not fill the hole")
        before, after, _ = self._written
        return b"".join((*before, filling, *after))

    @cached_property
    def _written(self) -> tuple[list[_Part], list[_Part], bytes]:
        """The parts before and behind the hole, which are joined once, and the digest."""
        digest = hashlib.sha256()
        before: list[_Part] = []
        after: list[_Part] = []
        written = before
        table = self._calls.instance.read(self._steps_at, self._step_count * _STEP.size)
        for kind, flags, width, stride, offset, length in _STEP.iter_unpack(table):
            if kind == _HOLE:
                written = after
                continue
            content: _Part
            if kind == _LITERAL:
                content = self._calls.instance.read(offset, length)
            else:
                content = memoryview(self._asset)[offset : offset + length]
                if kind == _SHIFT:
                    content = self._moved(bytes(content), width, stride)
            if flags & _HASH:
                digest.update(content)
            if flags & _WRITE:
                written.append(content)
        return before, after, digest.digest()

    def _moved(self, table: bytes, width: int, stride: int) -> bytes:
        """Have the module move the places of a table that lie behind the hole."""
        whole = self._window_bytes // stride * stride
        moved = bytearray()
        for at in range(0, len(table), whole):
            part = table[at : at + whole]
            self._calls.instance.write(self._window, part)
            if not self._calls.call(b"shift", len(part), width, stride):
                raise not_embeddable(
                    "the file names places that do not fit behind a manifest store"
                )
            moved += self._calls.instance.read(self._window, len(part))
        return bytes(moved)
