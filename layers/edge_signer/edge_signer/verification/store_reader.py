"""A tolerant reader of any manifest store: it reads what it can and skips the rest.

The readers in `edge_signer.signing` are strict, for manifests made by this project. This one is for
manifests from anywhere: it leaves out boxes and values that it cannot read, and never fails.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

#: Larger stores are not read.
MAX_STORE_BYTES = 64 * 1024 * 1024
#: Boxes beyond these are not read: far more than real stores have, and few enough for memory.
MAX_BOXES = 100_000
#: Length and type of a box.
_HEAD = struct.Struct(">I4s")
_MAX_DEPTH = 32
_MAX_LABEL_BYTES = 1024
_DESCRIPTION_BYTES = 17
#: The end of a box type of C2PA and of JUMBF's own content types, after its four characters.
_UUID_TAIL = bytes.fromhex("00110010800000AA00389B71")
_REQUESTABLE, _LABELLED, _IDENTIFIED, _HASHED, _PRIVATE = 0x01, 0x02, 0x04, 0x08, 0x10
_CUT_OFF = "a box does not end where its length says"
_ENDLESS = "a box does not say how long it is"


@dataclass(frozen=True, eq=False)
class Box:
    """A superbox.

    Attributes:
        kind: Four characters of its type, or 32 hexadecimal digits of a type of another form.
        label: Its label, from the description box.
        payload: The box without its own header; hashed URIs cover this (C2PA 2.2 §8.4.2.3).
        contents: Its boxes that are not superboxes: type and bytes.
        children: Its superboxes.
        faults: What is wrong with its structure, its children's not included.
    """

    kind: str
    label: str
    payload: memoryview
    contents: tuple[tuple[str, memoryview], ...]
    children: tuple[Box, ...]
    faults: tuple[str, ...] = ()

    @property
    def description(self) -> bytes:
        """Its description box, header included."""
        return bytes(self.payload[: int.from_bytes(self.payload[:4])])

    def content(self, kind: str) -> bytes:
        """Return its first box of a type; empty if there is none."""
        return next((bytes(content) for one, content in self.contents if one == kind), b"")


@dataclass
class _Limits:
    boxes: int = MAX_BOXES


@dataclass(frozen=True)
class Store:
    """A manifest store as far as it can be read.

    Attributes:
        box: Its superbox; None if the bytes are no manifest store.
        problem: Why there is no box, in a sentence; empty if there is one.
        is_beyond_limits: Whether it was not read because it is too large.
    """

    box: Box | None
    problem: str = ""
    is_beyond_limits: bool = False


def read_store(manifest_store: bytes) -> Store:
    """Read a store; there is a result for any bytes."""
    if len(manifest_store) > MAX_STORE_BYTES:
        said = f"The manifest store is larger than {MAX_STORE_BYTES >> 20} MiB."
        return Store(None, said, is_beyond_limits=True)
    boxes, fault = _split(memoryview(manifest_store))
    limits = _Limits()
    box = _superbox(boxes[0][1], 1, limits) if boxes and boxes[0][0] == "jumb" else None
    if limits.boxes < 0:
        said = f"The manifest store has more than {MAX_BOXES:,} boxes."
        return Store(None, said, is_beyond_limits=True)
    if len(boxes) == 1 and fault in {_CUT_OFF, _ENDLESS}:
        return Store(None, "The manifest store is cut off, or its length is wrong.")
    if box is None or (box.kind, box.label) != ("c2pa", "c2pa"):
        return Store(None, "The bytes are no C2PA manifest store.")
    if box.faults:
        return Store(None, f"The box of the manifest store is damaged: {box.faults[0]}.")
    return Store(box)


def read_superbox(payload: bytes) -> Box | None:
    """Read one superbox, without its own header; None if it cannot be read."""
    return _superbox(memoryview(payload), 1, _Limits())


def manifests_of(manifest_store: bytes) -> tuple[Box, ...]:
    """Return the manifests of a store, as far as they can be read."""
    boxes, _ = _split(memoryview(manifest_store))
    for kind, payload in boxes:
        if kind == "jumb" and (store := _superbox(payload, 1, _Limits())):
            return store.children
    return ()


def _split(stream: memoryview) -> tuple[list[tuple[str, memoryview]], str]:
    """Return the boxes in a stream, and what is wrong with their lengths."""
    boxes: list[tuple[str, memoryview]] = []
    position, end, fault = 0, len(stream), ""
    while end - position >= 8:
        (length, kind), header = _HEAD.unpack_from(stream, position), 8
        if length == 1:
            length, header = int.from_bytes(stream[position + 8 : position + 16]), 16
        elif length == 0:
            length, fault = end - position, _ENDLESS
        if length < header:
            return boxes, "a box has a length that is less than its own header"
        if len(boxes) > MAX_BOXES:
            return boxes, "it has too many boxes"
        boxes.append((kind.decode("latin-1"), stream[position + header : position + length]))
        position += length
    if position > end:
        return boxes, _CUT_OFF
    return boxes, fault or ("bytes follow the last box" if position < end else "")


def _superbox(payload: memoryview, depth: int, limits: _Limits) -> Box | None:
    boxes, fault = _split(payload)
    limits.boxes -= len(boxes)
    if depth > _MAX_DEPTH or limits.boxes < 0 or not boxes or boxes[0][0] != "jumd":
        return None
    description = bytes(boxes[0][1])
    if len(description) < _DESCRIPTION_BYTES:
        return None
    toggles, label, terminator, rest = description[16], b"", b"", b""
    if toggles & _LABELLED:
        label, terminator, rest = description[_DESCRIPTION_BYTES:].partition(b"\0")
    children = [
        _superbox(content, depth + 1, limits) for kind, content in boxes[1:] if kind == "jumb"
    ]
    found = {
        fault: bool(fault),
        "its label does not end": not terminator,
        "its label is too long": len(label) > _MAX_LABEL_BYTES,
        "its description does not say that it may be referred to": not toggles & _REQUESTABLE,
        "its description does not have what it says": not _is_as_told(toggles, rest),
        "a box in it cannot be read": None in children,
        "it has two descriptions": "jumd" in [kind for kind, _ in boxes[1:]],
    }
    return Box(
        _kind(description[:16]),
        label[:_MAX_LABEL_BYTES].decode(errors="replace"),
        payload,
        tuple([one for one in boxes[1:] if one[0] not in {"jumb", "jumd"}]),
        tuple([one for one in children if one]),
        tuple([text for text, is_so in found.items() if is_so]),
    )


def _is_as_told(toggles: int, rest: bytes) -> bool:
    """Tell whether what follows a label is what the toggles say (ISO 19566-5 A.3)."""
    told = (4 if toggles & _IDENTIFIED else 0) + (32 if toggles & _HASHED else 0)
    if toggles & _PRIVATE:
        return len(rest) - told >= 8 and int.from_bytes(rest[told : told + 4]) == len(rest) - told
    return len(rest) == told and toggles < 2 * _PRIVATE


def _kind(uuid: bytes) -> str:
    return uuid[:4].decode("latin-1") if uuid[4:] == _UUID_TAIL else uuid.hex()
