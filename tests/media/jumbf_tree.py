"""Boxes of a manifest store as a tree that a test may change; lengths follow by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edge_signer.signing.manifest.manifest_reader import jumbf_box
from tests.judges.jumbf_reader import plain_boxes

# Where the label of a description begins, after UUID and toggles.
LABEL_AT = 17


@dataclass
class Node:
    """A box.

    Attributes:
        type: Its four characters.
        content: What it holds, if it is no superbox.
        inside: The boxes in it.
    """

    type: str
    content: bytes = b""
    inside: list[Node] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The label of a superbox; empty for another box."""
        description = self.inside[0].content if self.inside else b""
        return description[LABEL_AT:].partition(b"\0")[0].decode()

    def written(self) -> bytes:
        """Return its bytes."""
        inside = b"".join(one.written() for one in self.inside)
        return jumbf_box(self.type, self.content + inside)

    def all(self) -> Iterator[Node]:
        """Yield it, and all boxes in it."""
        yield self
        for one in self.inside:
            yield from one.all()

    def labelled(self, label: str) -> Node:
        """Return the last superbox with a label, itself included."""
        return [one for one in self.all() if one.label == label][-1]


def read_tree(store: bytes) -> Node:
    """Read a manifest store that is whole."""
    (root,) = _read(store)
    return root


def _read(stream: bytes) -> list[Node]:
    return [
        Node(kind, inside=_read(content)) if kind == "jumb" else Node(kind, content)
        for kind, content in plain_boxes(stream)
    ]
