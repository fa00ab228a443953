"""A reader of JUMBF that shares nothing with the builder."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Box:
    """A superbox: what its description says, its content boxes and the superboxes inside it.

    The salt is the description's private box, which only c2pa-rs makes.
    """

    uuid: bytes
    toggles: int
    label: str
    content: list[tuple[str, bytes]] = field(default_factory=list)
    children: list[Box] = field(default_factory=list)
    payload: bytes = b""
    salt: bytes = b""

    def child(self, label: str) -> Box:
        return next(one for one in self.children if one.label == label)


def plain_boxes(stream: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    while position < len(stream):
        length, kind = struct.unpack_from(">I4s", stream, position)
        assert 8 <= length <= len(stream) - position
        yield kind.decode(), stream[position + 8 : position + length]
        position += length


def superbox(payload: bytes) -> Box:
    (first, description), *rest = plain_boxes(payload)
    assert first == "jumd"
    label, terminator, salt = description[17:].partition(b"\0")
    assert terminator
    box = Box(description[:16], description[16], label.decode(), payload=payload, salt=salt)
    for kind, content in rest:
        if kind == "jumb":
            box.children.append(superbox(content))
        else:
            box.content.append((kind, content))
    return box


def read_store(manifest_store: bytes) -> Box:
    ((kind, payload),) = plain_boxes(manifest_store)
    assert kind == "jumb"
    return superbox(payload)
