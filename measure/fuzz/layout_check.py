"""Whether a signed asset is what its plan promises, found without the module that planned it."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

from edge_signer_client.embedding import AssetLayout

COPY, LITERAL, HOLE, SHIFT = range(4)
_WRITE = 1
_KEPT_BOXES = {b"ftyp", b"mfra"}


def check_plan(content: bytes, layout: AssetLayout, signed: bytes, digest: str) -> None:
    """Undo a signed asset by its plan; every byte of the original must come back, in order."""
    taken = at = holes = 0
    left_out, hashed = [], hashlib.sha256()
    delta = layout.hole_bytes
    for step in layout._steps():
        written = signed[at : at + step.length]
        if step.kind in (COPY, SHIFT):
            end = step.offset + step.length
            assert taken <= step.offset <= end <= len(content), "bytes taken twice, or not there"
            assert step.flags & _WRITE, "bytes of the asset that are not written"
            if step.offset > taken:
                left_out.append((taken, step.offset))
            taken = end
            original = content[step.offset : end]
            if step.kind == COPY:
                assert written == original, "copied bytes are not the asset's"
            else:
                _check_shift(original, written, step.width, step.stride, delta)
        elif step.kind == HOLE:
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
