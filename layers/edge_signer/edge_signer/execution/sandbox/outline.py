"""What a module imports and exports, without its code, and whether it has a start section."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from edge_signer.execution.job import MAGIC

# Sections of the binary format, https://webassembly.github.io/spec/core/binary/modules.html
_TYPES, _IMPORTS, _FUNCTIONS, _TABLES, _MEMORIES, _GLOBALS, _EXPORTS, _START = range(1, 9)
_CODE, _TAGS = 10, 13
_KEPT = {_TYPES, _IMPORTS, _FUNCTIONS, _TABLES, _MEMORIES, _GLOBALS, _EXPORTS, _TAGS}
# Three bytes: no locals, `unreachable`, `end`.
_NO_CODE = b"\3\0\0\x0b"
_MOST_BYTES_OF_A_U32 = 5
# A module may have any number of custom sections, in front of the others too.
_MOST_LOOKED_AT = 100


def outline_of(wasm: bytes) -> bytes:
    """Return a module with the same imports and exports, whose functions do nothing but trap.

    Args:
        wasm: The module; it need not be valid.

    Raises:
        ValueError: Its sections cannot be told apart.
    """
    outline = bytearray(MAGIC)
    for identifier, section, content in _sections(wasm):
        if identifier in _KEPT:
            outline += section
        elif identifier == _CODE:
            count, _ = _number(content, 0)
            if count > len(content):
                raise ValueError("more functions than bytes")
            bodies = bytes(content[: _number(content, 0)[1]]) + _NO_CODE * count
            outline += bytes([_CODE]) + _encoded(len(bodies)) + bodies
    return bytes(outline)


def may_start(wasm: bytes) -> bool:
    """Tell whether instantiating a module may run a function of its own, a start section's.

    Args:
        wasm: The module, valid.
    """
    looked_at = [identifier for identifier, _, _ in islice(_sections(wasm), _MOST_LOOKED_AT)]
    return _START in looked_at or len(looked_at) == _MOST_LOOKED_AT


def _sections(wasm: bytes) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Yield the identifier, the whole and the content of each section."""
    view = memoryview(wasm)
    begin = len(MAGIC)
    while begin < len(wasm):
        length, content_begin = _number(view, begin + 1)
        end = content_begin + length
        if end > len(wasm):
            raise ValueError("a section is cut off")
        yield wasm[begin], view[begin:end], view[content_begin:end]
        begin = end


def _number(content: memoryview, begin: int) -> tuple[int, int]:
    """Read an unsigned number in LEB128; return it and where it ends."""
    number = 0
    for position, byte in enumerate(content[begin : begin + _MOST_BYTES_OF_A_U32]):
        number |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return number, begin + position + 1
    raise ValueError("a number is cut off")


def _encoded(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
