"""An asset in memory, and how it is written with its manifest store inside.

`embed.wasm` knows the formats: it reads a few headers and gives a plan (C2PA 2.2 annex A). Here the
plan is carried out. The client's `edge_signer_client.embedding` does the same with files of any
size; a test compares what both write.
"""

from __future__ import annotations

import hashlib
import struct
from functools import cached_property

from edge_signer.signing.errors import AlreadySignedError, AssetNotEmbeddableError
from edge_signer.signing.layout.embed_module import embed_instance
from edge_signer.signing.manifest.embedding import LAYOUTS, Embedding
from edge_signer.signing.manifest.wasmtime_c_api import WASMTIME_I32, WASMTIME_I64
from edge_signer.signing.manifest.wasmtime_engine import Trap
from edge_signer.signing.manifest.wasmtime_instance import I64

#: An answer has 6 MiB at most (Lambda's limit) and holds file and store in base64.
MAX_SIGNED_BYTES = 4_600_000
#: Each takes a few calls of the module; a file of this size that needs more is no real one.
MAX_STEPS = 16 * 1024
# Twice what the costliest files take that are not refused anyway: a compressed table of a PDF, and
# an SVG picture of the shortest elements.
_FUEL, _FUEL_PER_BYTE = 600_000_000, 1000
_WANTS_BYTES, _FAILED = 1, 2
_COPY, _LITERAL, _HOLE, _SHIFT = range(4)
_WRITE, _HASH = 1, 2
_STEP = struct.Struct("<IIIIQQ")
# As `State` in wasm_embed/src/embed.zig; texts are an address and a length.
_STATE = struct.Struct("<Q10I3Q")
_Part = bytes | memoryview


class AssetLayout:
    """The plan for one asset and a store of one size.

    Args:
        asset: The file.
        store_bytes: Exact size of the manifest store.

    Attributes:
        place: Where the store stands in the signed file.

    Raises:
        AlreadySignedError: The file already has a manifest store.
        AssetNotEmbeddableError: The file is damaged or too complex, or its format is not supported.
    """

    def __init__(self, asset: bytes, store_bytes: int) -> None:
        self._asset = asset
        self._instance = embed_instance(_FUEL + _FUEL_PER_BYTE * len(asset))
        self._call(b"begin", I64(len(asset)), store_bytes, gives=None)
        self._window = self._call(b"window")
        self._window_bytes = self._call(b"window_capacity")
        state = self._advanced()
        self._step_count, self._steps_at = state[2:4]
        signed_bytes, hole_offset, self._hole_bytes = state[11:]
        if self._step_count > MAX_STEPS:
            raise _not_embeddable("the file has more parts than are laid out here")
        if signed_bytes > MAX_SIGNED_BYTES:
            raise _not_embeddable(f"the signed file has more than {MAX_SIGNED_BYTES} bytes")
        media_type = self._text(*state[4:6])
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
        at = self._call(b"store_buffer", len(manifest_store))
        self._instance.write(at, manifest_store)
        filled = self._call(b"fill", gives=WASMTIME_I64)
        filling = self._instance.read(filled >> 32, filled & 0xFFFF_FFFF)
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
        table = self._instance.read(self._steps_at, self._step_count * _STEP.size)
        for kind, flags, width, stride, offset, length in _STEP.iter_unpack(table):
            if kind == _HOLE:
                written = after
                continue
            content: _Part
            if kind == _LITERAL:
                content = self._instance.read(offset, length)
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
            self._instance.write(self._window, part)
            if not self._call(b"shift", len(part), width, stride):
                raise _not_embeddable(
                    "the file names places that do not fit behind a manifest store"
                )
            moved += self._instance.read(self._window, len(part))
        return bytes(moved)

    def _advanced(self) -> tuple[int, ...]:
        """Supply the bytes that the module wants until the plan is made; return its state."""
        at, length = self._call(b"state"), 0
        while True:
            status = self._call(b"advance", length)
            state: tuple[int, ...] = _STATE.unpack(self._instance.read(at, _STATE.size))
            if status != _WANTS_BYTES:
                break
            offset, length = state[:2]
            self._instance.write(self._window, self._asset[offset : offset + length])
        if status == _FAILED:
            raise _refused(self._text(*state[6:8]), self._text(*state[8:10]))
        return state

    def _call(self, name: bytes, *arguments: int, gives: int | None = WASMTIME_I32) -> int:
        try:
            return self._instance.call(name, *arguments, gives=gives)
        except Trap as trap:
            told = "takes too long to lay out" if trap.is_out_of_fuel else "cannot be laid out"
            raise _not_embeddable(f"the file {told}") from trap

    def _text(self, at: int, length: int) -> str:
        return self._instance.read(at, length).decode()


def _refused(name: str, told: str) -> AlreadySignedError | AssetNotEmbeddableError:
    if name == "AlreadySigned":
        return AlreadySignedError(f"asset_inline: {told}; send it as it was before.")
    if name == "UnknownFormat":
        told += f"; these are {', '.join(LAYOUTS)}"
    return _not_embeddable(told)


def _not_embeddable(told: str) -> AssetNotEmbeddableError:
    remedy = "" if "sidecar" in told else "; leave out embed for a sidecar"
    return AssetNotEmbeddableError(f"asset_inline: {told}{remedy}.")
