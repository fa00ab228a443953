"""One asset and `embed.wasm`: a plan that holds what it promises, or a refusal that has a name."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from unittest.mock import patch

import wasmtime

from edge_signer_client import embedding
from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from tests.conftest import ROOT

PLANNED = "a plan"
_ERRORS = re.compile(r"pub const Error = error\{(.*?)\n\};", re.DOTALL)
_COPY, _LITERAL, _HOLE, _SHIFT = range(4)
_WRITE = 1
_KEPT_BOXES = {b"ftyp", b"mfra"}


@cache
def documented_names() -> frozenset[str]:
    """The errors that the module's sources declare."""
    source = (ROOT / "wasm_embed/src/plan.zig").read_text()
    [declared] = _ERRORS.findall(source)
    return frozenset(re.findall(r"^    (\w+),$", declared, re.MULTILINE)) - {"NeedBytes"}


class WatchedAsset(io.BytesIO):
    """An asset that minds how much of it is read.

    Attributes:
        reads: How often.
        read_bytes: How much.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.length = len(content)
        self.reads = 0
        self.read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= self.length - self.tell(), "a read beyond the asset's end"
        self.reads += 1
        self.read_bytes += size
        return super().read(size)


class LayoutTarget:
    """Plans, writes and fills with one instance of the module.

    Attributes:
        reads: The most reads that a plan took.
        read_ratio: The most bytes that a plan read, for each byte of the asset.
        memory_bytes: The most memory that the instance had.
    """

    def __init__(self) -> None:
        self._instance = embedding._Instance()
        _remember_types(self._instance)
        self.reads = 0
        self.read_ratio = 0.0

    @property
    def memory_bytes(self) -> int:
        memory = self._instance._exports["memory"]
        return int(memory.data_len(self._instance._store))

    def run(self, content: bytes, store_bytes: int, *, is_filled: bool) -> str:
        """Plan and write a signed asset, and check both.

        Args:
            content: The asset.
            store_bytes: Size of the store.
            is_filled: Also fill the hole, and see that the module finds the store again.

        Returns:
            `PLANNED`, or the name of the refusal.
        """
        asset = WatchedAsset(content)
        signed = io.BytesIO()
        try:
            with patch.object(embedding, "_Instance", lambda: self._instance):
                layout = AssetLayout(asset, store_bytes)
                self._check_reads(asset)
                digest = layout.write(signed)
        except AssetLayoutError as refused:
            self._check_reads(asset)
            assert refused.name in documented_names(), f"{refused.name} is not declared"
            return refused.name
        check_plan(content, layout, signed.getvalue().ljust(layout.signed_bytes, b"\0"), digest)
        if is_filled:
            layout.fill(signed, _store(store_bytes))
            assert self._refusal(signed.getvalue()) == "AlreadySigned", "the store is not found"
        return PLANNED

    def _refusal(self, content: bytes) -> str:
        try:
            with patch.object(embedding, "_Instance", lambda: self._instance):
                AssetLayout(io.BytesIO(content), 64)
        except AssetLayoutError as refused:
            return refused.name
        return PLANNED

    def _check_reads(self, asset: WatchedAsset) -> None:
        """What `Source.budget` in plan.zig promises; each read counts at least four KiB there."""
        budget = 4 * asset.length + 2**20
        assert asset.read_bytes <= budget
        assert asset.reads <= budget // 4096
        self.reads = max(self.reads, asset.reads)
        self.read_ratio = max(self.read_ratio, asset.read_bytes / max(asset.length, 1))


def check_plan(content: bytes, layout: AssetLayout, signed: bytes, digest: str) -> None:
    """Undo a signed asset by its plan; every byte of the original must come back, in order."""
    taken = at = holes = 0
    left_out, hashed = [], hashlib.sha256()
    delta = layout.hole_bytes
    for step in layout._steps():
        written = signed[at : at + step.length]
        if step.kind in (_COPY, _SHIFT):
            end = step.offset + step.length
            assert taken <= step.offset <= end <= len(content), "bytes taken twice, or not there"
            assert step.flags & _WRITE, "bytes of the asset that are not written"
            if step.offset > taken:
                left_out.append((taken, step.offset))
            taken = end
            original = content[step.offset : end]
            if step.kind == _COPY:
                assert written == original, "copied bytes are not the asset's"
            else:
                _check_shift(original, written, step.width, step.stride, delta)
        elif step.kind == _HOLE:
            holes += 1
            assert (at, step.length) == (layout.hole_offset, layout.hole_bytes)
        if step.flags & _WRITE:
            at += step.length
    if taken < len(content):
        left_out.append((taken, len(content)))
    assert holes == 1
    assert at == layout.signed_bytes == len(signed), "another size than announced"
    _check_left_out(content, layout, left_out)
    for part in _covered(signed, layout):
        hashed.update(part)
    assert digest == hashed.hexdigest(), "another digest than that of what is covered"


def _check_shift(original: bytes, written: bytes, width: int, stride: int, delta: int) -> None:
    rest_before, rest_after = bytearray(original), bytearray(written)
    for at in range(0, len(original), stride):
        field = slice(at, at + width)
        before, after = (int.from_bytes(one[field]) for one in (original, written))
        assert after - before in (0, delta), "a place moved by something else"
        rest_before[field] = rest_after[field] = bytes(width)
    assert rest_before == rest_after, "bytes between places changed"


def _check_left_out(content: bytes, layout: AssetLayout, left_out: list[tuple[int, int]]) -> None:
    """Only what the format makes us write anew is left out."""
    match layout.media_type:
        case "image/gif":
            assert left_out == [(0, 6)]
        case "image/webp" | "audio/wav" | "video/avi":
            assert left_out == [(4, 8)]
        case "image/tiff":
            assert left_out in ([(4, 8)], [(8, 16)])
        case "audio/mpeg" | "audio/flac" if content.startswith(b"ID3"):
            end = 10 + sum((byte & 0x7F) << 21 - 7 * n for n, byte in enumerate(content[6:10]))
            assert left_out[0][0] == 0
            # The tag's head, and its padding.
            assert all(one in (10, end) for _, one in left_out)
        case "image/svg+xml" if content.startswith(b"\xef\xbb\xbf"):
            assert left_out == [(0, 3)]
        case _:
            assert left_out == []


def _covered(signed: bytes, layout: AssetLayout) -> Iterator[bytes]:
    """What the hard binding covers, found without the plan."""
    hole_end = layout.hole_offset + layout.hole_bytes
    if not layout._excludes_boxes:
        yield signed[: layout.hole_offset]
        yield signed[hole_end:]
        return
    at = 0
    while at < len(signed):
        if at == layout.hole_offset:
            at = hole_end
            continue
        size, kind = struct.unpack_from(">I4s", signed, at)
        if size == 1:
            size = int.from_bytes(signed[at + 8 : at + 16])
        end = at + size if size else len(signed)
        if kind not in _KEPT_BOXES:
            yield at.to_bytes(8)
            yield signed[at:end]
        at = end


def _store(length: int) -> bytes:
    head = struct.pack(">I4sI4s4s", length, b"jumb", 30, b"jumd", b"c2pa")
    return head.ljust(length, b"\x01")


def _remember_types(instance: embedding._Instance) -> None:
    """Without this, wasmtime asks for a function's type at each call, which takes most of its time."""
    for export in instance._exports.values():
        if isinstance(export, wasmtime.Func):
            kind = export.type(instance._store)
            known = SimpleNamespace(params=kind.params, results=kind.results)
            export.type = lambda _, known=known: known  # type: ignore[method-assign,misc]
