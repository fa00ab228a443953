"""A strict reader of JUMBF, the boxes of a manifest store (C2PA 2.2 §11.1, ISO 19566-5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: What follows the four characters in the type of a box of ours.
_UUID_TAIL = bytes.fromhex("00110010800000AA00389B71")
_HEADER_BYTES = 8
# Requestable, with a label; the second one has a private box, in which c2pa-rs puts a salt.
_TOGGLES = (0x03, 0x13)
_LABEL_BEGINS = 17
_MAX_DEPTH = 4


class JumbfError(Exception):
    """Bytes are not the boxes of a manifest store."""


@dataclass(frozen=True)
class Superbox:
    """A superbox.

    Attributes:
        kind: Four characters: `c2pa`, `c2ma`, `c2as`, `c2cl`, `c2cs`, `cbor` or `json`.
        label: What its description calls it.
        payload: All of it but its own header of eight bytes: what a hashed URI covers.
        content: Its boxes that are none of these, type and bytes.
        children: Its superboxes.
    """

    kind: str
    label: str
    payload: bytes
    content: tuple[tuple[str, bytes], ...]
    children: tuple[Superbox, ...]

    def only_content(self, kind: str) -> bytes:
        """Give what its one box holds.

        Raises:
            JumbfError: It is not of that kind, or not the only one.
        """
        if [one for one, _ in self.content] != [kind] or self.children:
            raise JumbfError(f"{self.label[:64]} holds not just one box of {kind}")
        return self.content[0][1]


def read_jumbf(encoded: bytes) -> Superbox:
    """Give the superbox that the bytes are.

    Raises:
        JumbfError: They are none, or something follows it.
    """
    boxes = list(_boxes(encoded))
    if [kind for kind, _ in boxes] != ["jumb"]:
        raise JumbfError("not one superbox")
    return _superbox(boxes[0][1], 1)


def jumbf_box(kind: str, content: bytes) -> bytes:
    """Encode a box."""
    return (_HEADER_BYTES + len(content)).to_bytes(4) + kind.encode("ascii") + content


def _boxes(stream: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    while position < len(stream):
        length = int.from_bytes(stream[position : position + 4])
        if not _HEADER_BYTES <= length <= len(stream) - position:
            raise JumbfError("a box does not end where its length says")
        kind = stream[position + 4 : position + _HEADER_BYTES]
        yield _ascii(kind), stream[position + _HEADER_BYTES : position + length]
        position += length


def _superbox(payload: bytes, depth: int) -> Superbox:
    if depth > _MAX_DEPTH:
        raise JumbfError("boxes in boxes, too deep")
    boxes = list(_boxes(payload))
    if not boxes or boxes[0][0] != "jumd":
        raise JumbfError("a superbox without a description")
    kind, label = _description(boxes[0][1])
    return Superbox(
        kind,
        label,
        payload,
        tuple((kind, content) for kind, content in boxes[1:] if kind != "jumb"),
        tuple(_superbox(content, depth + 1) for kind, content in boxes[1:] if kind == "jumb"),
    )


def _description(content: bytes) -> tuple[str, str]:
    label, terminator, private = content[_LABEL_BEGINS:].partition(b"\0")
    if len(content) <= _LABEL_BEGINS or content[4:16] != _UUID_TAIL or not terminator:
        raise JumbfError("a description that is none")
    toggles = content[16]
    boxes = [kind for kind, _ in _boxes(private)]
    if toggles not in _TOGGLES or boxes != (["c2sh"] if toggles & 0x10 else []):
        raise JumbfError("a description that says what its toggles do not")
    return _ascii(content[:4]), _ascii(label)


def _ascii(encoded: bytes) -> str:
    try:
        return encoded.decode("ascii")
    except UnicodeDecodeError:
        raise JumbfError("a name that is not ASCII") from None
