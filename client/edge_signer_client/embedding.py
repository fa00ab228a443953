"""Where a file carries its manifest store, and how to write the file with it.

`embed.wasm` knows the formats: it reads a few headers and gives a plan. Here the plan is carried
out, front to back and with constant memory: everything is copied and hashed once, around a hole
that the manifest store fills later (C2PA 2.2 annex A).
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from edge_signer_client.errors import AssetLayoutError
from edge_signer_client.layout_module import LayoutModule, advance, shortened

__all__ = ["AssetLayout", "AssetLayoutError"]
_BUFFER_BYTES = 1024 * 1024
_STEPS_AT_ONCE = 2048
_COPY, _LITERAL, _HOLE, _SHIFT = range(4)
_WRITE, _HASH = 1, 2
_STEP = struct.Struct("<IIIIQQ")
#: Called with the bytes that are written so far, and with those of the whole file.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Step:
    kind: int
    flags: int
    width: int
    stride: int
    offset: int
    length: int


class AssetLayout:
    """The plan for one asset and a store of one size.

    Args:
        asset: The file, readable and seekable.
        store_bytes: Exact size of the manifest store.
        replace: Whether a manifest store that the asset carries already is left out.

    Attributes:
        media_type: What the asset is, judged by its content.
        store_bytes: As given.
        hole_offset: Where the hole begins in the signed file.
        hole_bytes: Size of the hole: the store and what the format puts around it.
        signed_bytes: Size of the signed file.

    Raises:
        AssetLayoutError: The file is damaged, already signed, or of a format that is not supported.
        OSError: The file cannot be read.
    """

    def __init__(self, asset: BinaryIO, store_bytes: int, *, replace: bool = False) -> None:
        self._asset = asset
        self._module = self._instance()
        self.store_bytes = store_bytes
        begin = "begin_replacing" if replace else "begin"
        self._module.call(begin, asset.seek(0, os.SEEK_END), store_bytes)
        state = self._advanced()
        self._step_count, self._steps_at = state[2:4]
        self.media_type = self._module.text(*state[4:6])
        self._excludes_boxes = bool(state[10])
        self.signed_bytes, self.hole_offset, self.hole_bytes = state[11:14]

    @property
    def embed(self) -> dict[str, object]:
        """The `embed` member of a request to POST /edge-sign."""
        place: dict[str, object] = {"format": self.media_type, "store_bytes": self.store_bytes}
        return place if self._excludes_boxes else place | {"offset": self.hole_offset}

    def write(self, signed: BinaryIO, progress: Progress | None = None) -> str:
        """Write the signed file with a hole in place of the store.

        Args:
            signed: The new file, writable and seekable, empty.
            progress: Is told how far it is; None for nothing.

        Returns:
            `asset_sha256` for the request: SHA-256 of what the hard binding covers, as hexadecimal
            digits.

        Raises:
            AssetLayoutError: The file has no room for places behind the store (4 GiB in older
                formats), or became shorter since the plan was made.
            OSError: A file cannot be read or written.
        """
        digest = hashlib.sha256()
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        for step in self._steps():
            if step.kind == _HOLE:
                signed.seek(step.length, os.SEEK_CUR)
                continue
            for part in self._parts(step, buffer):
                if step.flags & _HASH:
                    digest.update(part)
                if step.flags & _WRITE:
                    write_all(signed, part)
                    if progress is not None:
                        progress(signed.tell(), self.signed_bytes)
        if self.hole_offset + self.hole_bytes == self.signed_bytes:
            signed.truncate(self.signed_bytes)
        return digest.hexdigest()

    def fill(self, signed: BinaryIO, manifest_store: bytes) -> None:
        """Write the store into the hole.

        Args:
            signed: What `write` wrote.
            manifest_store: Exactly `store_bytes` bytes.

        Raises:
            AssetLayoutError: The store has another size.
            OSError: The file cannot be written.
        """
        filling = b""
        if len(manifest_store) == self.store_bytes:
            at = self._module.call("store_buffer", len(manifest_store))
            self._module.write(at, manifest_store)
            filled = self._module.call("fill")
            filling = self._module.read(filled >> 32 & 0xFFFF_FFFF, filled & 0xFFFF_FFFF)
        if len(filling) != self.hole_bytes:
            raise AssetLayoutError(
                "StoreLength",
                f"the manifest store has {len(manifest_store)} bytes, not {self.store_bytes}",
            )
        signed.seek(self.hole_offset)
        write_all(signed, filling)

    def _instance(self) -> LayoutModule:
        return LayoutModule()

    def _advanced(self) -> tuple[int, ...]:
        return advance(self._module, self._asset)

    def _steps(self) -> Iterator[_Step]:
        end = self._steps_at + self._step_count * _STEP.size
        for at in range(self._steps_at, end, _STEPS_AT_ONCE * _STEP.size):
            length = min(end - at, _STEPS_AT_ONCE * _STEP.size)
            for fields in _STEP.iter_unpack(self._module.read(at, length)):
                yield _Step(*fields)

    def _parts(self, step: _Step, buffer: memoryview) -> Iterator[memoryview | bytes]:
        """Yield what a step takes; each part is valid until the next one."""
        if step.kind == _LITERAL:
            yield self._module.read(step.offset, step.length)
            return
        if step.kind == _COPY:
            yield from read_parts(self._asset, step.offset, step.length, buffer)
            return
        self._asset.seek(step.offset)
        left = step.length
        while left:
            part = self._moved(step, left)
            left -= len(part)
            yield part

    def _moved(self, step: _Step, left: int) -> bytes:
        """Read a part of a table, in which the module moves what lies behind the hole."""
        whole = self._module.window_bytes // step.stride * step.stride
        table = self._asset.read(min(left, whole))
        if len(table) != min(left, whole):
            raise shortened()
        self._module.write(self._module.window, table)
        if not self._module.call("shift", len(table), step.width, step.stride):
            raise AssetLayoutError(
                "FileTooLarge", "the file names places that do not fit behind a manifest store"
            )
        return self._module.read(self._module.window, len(table))


def read_parts(
    file: BinaryIO, offset: int, length: int, buffer: memoryview
) -> Iterator[memoryview]:
    """Yield a range of a file; each part is in the buffer until the next one.

    Raises:
        AssetLayoutError: The file became shorter.
        OSError: It cannot be read.
    """
    file.seek(offset)
    while length > 0:
        read = file.readinto(buffer[:length])  # type: ignore[attr-defined]
        if not read:
            raise shortened()
        yield buffer[:read]
        length -= read


def write_all(file: BinaryIO, content: bytes | memoryview) -> None:
    """Write all of it: an unbuffered file may take less at once."""
    while content:
        content = content[file.write(content) :]
