"""A tolerant reader of CBOR (RFC 8949) from anywhere: it never fails."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_MAX_DEPTH = 32
_BREAK = 0xFF
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_SIMPLE = {20: False, 21: True, 22: None}
_UNDEFINED = 23


class Simple(NamedTuple):
    """A simple value that is neither false, true nor null (RFC 8949 §3.3)."""

    number: int


class OddKey(NamedTuple):
    """A key of a map that is neither a number, a text nor a byte string, as it is encoded."""

    encoded: bytes


@dataclass
class ItemBudget:
    """How many more data items may be read; shared by all values of a store, CBOR and JSON.

    Attributes:
        items: The number left.
    """

    items: int = 500_000


@dataclass
class Value:
    """A value, as far as it can be read.

    Attributes:
        value: The readable part, without tags.
        tag: The outermost tag of CBOR; None if there is none.
        is_well_formed: Whether the bytes are one value and nothing else.
        is_too_large: Whether it was not read because the budget was used up.
        is_odd: Whether it has simple values, or keys of maps, that other readers do not know.
        repeated_keys: Keys that occur twice in one map of CBOR, which no reader may accept.
        tags: All tags of CBOR, in their order.
    """

    value: Any = None
    tag: int | None = None
    is_well_formed: bool = False
    is_too_large: bool = False
    is_odd: bool = False
    repeated_keys: list[str] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)


class _TooLargeError(ValueError):
    """The budget is used up."""


def read_cbor(encoded: bytes, budget: ItemBudget | None = None) -> Value:
    """Read a value; None if the bytes are not CBOR.

    Args:
        encoded: The bytes.
        budget: Counts the data items that are read; by default this value has one of its own.
    """
    found = Value()
    reader = _CborReader(encoded, found, budget or ItemBudget())
    try:
        found.tag = reader.outer_tag()
        found.value = reader.value()
    except _TooLargeError:
        return Value(is_too_large=True)
    except (IndexError, ValueError, struct.error):
        return Value()
    found.is_well_formed = reader.position == len(encoded)
    found.is_odd = reader.is_odd
    return found


class _CborReader:
    def __init__(self, encoded: bytes, found: Value, budget: ItemBudget) -> None:
        self._encoded = encoded
        self._repeated_keys = found.repeated_keys
        self._tags = found.tags
        self._budget = budget
        self.position = 0
        self.is_odd = False

    def outer_tag(self) -> int | None:
        """Return the tag at the beginning, without moving on."""
        if not self._encoded or self._encoded[0] >> 5 != 6:
            return None
        begin, self.position = self.position, 1
        tag = self._argument(self._encoded[0] & 31)
        self.position = begin
        return tag

    def value(self, depth: int = 0) -> Any:
        """Read an item; the break that ends an indefinite length is none."""
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        self._budget.items -= 1
        if self._budget.items < 0:
            raise _TooLargeError
        initial = self._encoded[self.position]
        self.position += 1
        major, information = initial >> 5, initial & 31
        if major == 7:
            return self._simple_or_float(information)
        if information < 24:
            length: int | None = information
        elif information < 31 or major in {0, 1, 6}:
            length = self._argument(information)
        else:
            length = None
        if major in {2, 3}:
            content = self._chunks(major) if length is None else self._take(length)
            return content if major == 2 else content.decode()
        if major == 5:
            return self._map(length, depth + 1)
        if major == 4:
            return [self.value(depth + 1) for _ in self._times(length)]
        if major == 6:
            self._tags.append(length or 0)
            return self.value(depth + 1)
        return length if major == 0 else -1 - (length or 0)

    def _take(self, length: int) -> bytes:
        begin, self.position = self.position, self.position + length
        if self.position > len(self._encoded):
            raise ValueError("it ends too early")
        return self._encoded[begin : self.position]

    def _argument(self, information: int) -> int:
        if information < 24:
            return information
        if information > 27:
            raise ValueError("no such length")
        return int.from_bytes(self._take(1 << information - 24))

    def _times(self, length: int | None) -> Iterable[Any]:
        """Return as many things as there are items; of an indefinite length until its break."""
        return iter(self._goes_on, False) if length is None else range(length)

    def _goes_on(self) -> bool:
        is_end = self._encoded[self.position] == _BREAK
        self.position += is_end
        return not is_end

    def _chunks(self, major: int) -> bytes:
        """Join the chunks of a string of indefinite length (RFC 8949 §3.2.3)."""
        chunks = []
        while self._goes_on():
            self._budget.items -= 1
            if self._budget.items < 0:
                raise _TooLargeError
            initial = self._take(1)[0]
            if initial >> 5 != major or initial & 31 == 31:
                raise ValueError("a chunk of another type")
            chunks.append(self._take(self._argument(initial & 31)))
        return b"".join(chunks)

    def _map(self, length: int | None, depth: int) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        for _ in self._times(length):
            begin = self.position
            name = self.value(depth)
            if not isinstance(name, str | int | bytes):
                # As text, a map that is a key of a map doubles in length with each level.
                self.is_odd = True
                name = OddKey(self._encoded[begin : self.position])
            if name in content:
                self._repeated_keys.append(str(name))
            content[name] = self.value(depth)
        return content

    def _simple_or_float(self, information: int) -> Any:
        if information in _FLOATS:
            layout, length = _FLOATS[information]
            return struct.unpack(layout, self._take(length))[0]
        if information > 24:
            raise ValueError("no such value")
        number = self._take(1)[0] if information == 24 else information
        if number not in _SIMPLE:
            self.is_odd = self.is_odd or number != _UNDEFINED
            return Simple(number)
        return _SIMPLE[number]
