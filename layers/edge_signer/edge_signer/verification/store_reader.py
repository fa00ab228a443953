"""A tolerant reader of any manifest store: it reads what it can and skips the rest.

The readers in `edge_signer.signing` are strict, for manifests made by this project. This one is for
manifests from anywhere: it leaves out boxes and values that it cannot read, and never fails.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_MAX_DEPTH = 32
_DESCRIPTION_BYTES = 17
_LABEL_TOGGLE = 0x02
_BREAK = object()


@dataclass(frozen=True)
class Box:
    """A superbox.

    Attributes:
        kind: Four characters of its type.
        label: Its label, from the description box.
        contents: Its boxes that are not superboxes: type and bytes.
        children: Its superboxes.
    """

    kind: str
    label: str
    contents: tuple[tuple[str, bytes], ...]
    children: tuple[Box, ...]

    def content(self, kind: str) -> bytes:
        """Return its first box of a type; empty if there is none."""
        return next((content for one, content in self.contents if one == kind), b"")


def manifests_of(manifest_store: bytes) -> tuple[Box, ...]:
    """Return the manifests of a store, as far as they can be read."""
    for kind, payload in _boxes(manifest_store):
        if kind == "jumb" and (store := _superbox(payload, 1)):
            return store.children
    return ()


@dataclass
class Cbor:
    """A value in CBOR (RFC 8949).

    Attributes:
        value: The readable part, without tags.
        repeated_keys: Keys that occur twice in one map, which no reader may accept.
    """

    value: Any = None
    repeated_keys: list[str] = field(default_factory=list)


def read_cbor(encoded: bytes) -> Cbor:
    """Read a value; None if the bytes are not CBOR."""
    found = Cbor()
    try:
        found.value = _CborReader(encoded, found.repeated_keys).item(0)
    except (IndexError, ValueError, struct.error):
        return Cbor()
    return found


def _boxes(stream: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    while len(stream) - position >= 8:
        length, header = int.from_bytes(stream[position : position + 4]), 8
        if length == 1:
            length, header = int.from_bytes(stream[position + 8 : position + 16]), 16
        elif length == 0:
            length = len(stream) - position
        if length < header:
            return
        kind = stream[position + 4 : position + 8].decode("latin-1")
        yield kind, stream[position + header : position + length]
        position += length


def _superbox(payload: bytes, depth: int) -> Box | None:
    boxes = list(_boxes(payload))
    if depth > _MAX_DEPTH or not boxes or boxes[0][0] != "jumd":
        return None
    description = boxes[0][1]
    if len(description) < _DESCRIPTION_BYTES:
        return None
    label = b""
    if description[16] & _LABEL_TOGGLE:
        label = description[_DESCRIPTION_BYTES:].partition(b"\0")[0]
    inner = (_superbox(content, depth + 1) for kind, content in boxes if kind == "jumb")
    return Box(
        description[:4].decode("latin-1"),
        label.decode(errors="replace"),
        tuple(one for one in boxes[1:] if one[0] != "jumb"),
        tuple(one for one in inner if one),
    )


class _CborReader:
    def __init__(self, encoded: bytes, repeated_keys: list[str]) -> None:
        self._encoded = encoded
        self._position = 0
        self._repeated_keys = repeated_keys

    def item(self, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        initial = self._take(1)[0]
        major, information = initial >> 5, initial & 31
        if major == 7:
            return self._simple_or_float(information)
        length = None if information == 31 else self._argument(information)
        if length is None and major in {0, 1, 6}:
            raise ValueError("no such length")
        if major in {2, 3}:
            content = self._take(length) if length is not None else self._chunks(depth)
            return content if major == 2 else content.decode()
        if major == 4:
            return list(self._items(length, depth + 1))
        if major == 5:
            return self._map(length, depth + 1)
        if major == 6:
            return self.item(depth + 1)
        return length if major == 0 else -1 - (length or 0)

    def _take(self, length: int) -> bytes:
        begin, self._position = self._position, self._position + length
        if self._position > len(self._encoded):
            raise ValueError("it ends too early")
        return self._encoded[begin : self._position]

    def _argument(self, information: int) -> int:
        if information < 24:
            return information
        if information > 27:
            raise ValueError("no such length")
        return int.from_bytes(self._take(1 << information - 24))

    def _items(self, length: int | None, depth: int) -> Iterator[Any]:
        count = 0
        while length is None or count < length:
            count += 1
            value = self.item(depth)
            if value is _BREAK:
                if length is not None:
                    raise ValueError("a break in a definite length")
                return
            yield value

    def _chunks(self, depth: int) -> bytes:
        content = b""
        for chunk in self._items(None, depth + 1):
            if not isinstance(chunk, str | bytes):
                raise ValueError("a chunk that is no string")
            content += chunk.encode() if isinstance(chunk, str) else chunk
        return content

    def _map(self, length: int | None, depth: int) -> dict[Any, Any]:
        items = self._items(None if length is None else length * 2, depth)
        content: dict[Any, Any] = {}
        for key in items:
            name = key if isinstance(key, str | int | bytes) else repr(key)
            if name in content:
                self._repeated_keys.append(str(name))
            content[name] = next(items, None)
        return content

    def _simple_or_float(self, information: int) -> Any:
        if information == 31:
            return _BREAK
        if information in {25, 26, 27}:
            layout = {25: ">e", 26: ">f", 27: ">d"}[information]
            return struct.unpack(layout, self._take(struct.calcsize(layout)))[0]
        if information == 24:
            self._take(1)
        elif information > 24:
            raise ValueError("no such value")
        return {20: False, 21: True}.get(information)
