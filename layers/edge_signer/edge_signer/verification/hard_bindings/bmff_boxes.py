"""The boxes of ISO base media files, and those that a path means.

ISO 14496-12 §4.2; C2PA 2.2 §18.6.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_signer.verification.hard_bindings.asset_content import AssetContent

# Of one file; a film in fragments of a second has some ten thousand.
_MAX_BOXES = 300_000
# A path goes through the boxes of a container one by one.
_MAX_COMPARISONS = 5_000_000
_MAX_DEPTH = 16
#: Boxes that hold boxes and nothing else; an exclusion must not lead through others (§18.6.2). A
# meta box has a version and flags first, but not in QuickTime files.
CONTAINERS = frozenset(
    [
        "moov",
        "trak",
        "edts",
        "mdia",
        "minf",
        "dinf",
        "stbl",
        "mvex",
        "moof",
        "traf",
        "mfra",
        "udta",
        "tref",
        "schi",
        "sinf",
        "meco",
        "strk",
        "meta",
    ]
)
_NODE = re.compile(r"(?P<kind>.{4})(\[(?P<number>[1-9]\d*)\])?", re.DOTALL)


class BmffError(ValueError):
    """The file is no BMFF file, or a path is malformed."""


class BeyondLimitsError(Exception):
    """The file has more boxes, or its hash leaves out more of them, than are gone through."""


@dataclass(frozen=True, slots=True)
class BmffBox:
    """A box.

    Attributes:
        kind: Its four characters.
        begin: Its first byte in the file.
        end: The first byte after it.
        header: Length of its header, in bytes.
    """

    kind: str
    begin: int
    end: int
    header: int


class BoxTree:
    """The boxes of a file, each read once, and only where a path leads.

    Attributes:
        roots: Those that are in no other.
    """

    def __init__(self, asset: AssetContent) -> None:
        """Read the root boxes.

        Raises:
            BmffError: There is none, or one does not end where its length says.
            BeyondLimitsError: There are too many.
            OSError: The stream fails.
        """
        self._asset = asset
        self._boxes_left = _MAX_BOXES
        self._comparisons_left = _MAX_COMPARISONS
        self._inner: dict[int, Sequence[BmffBox]] = {}
        self.roots = self._between(0, asset.size_bytes)
        if not self.roots:
            raise BmffError("it has no boxes")

    def at(self, xpath: str) -> list[BmffBox]:
        """Return the boxes that a path names.

        Raises:
            BmffError: The path is malformed, or a box does not end where its length says.
            BeyondLimitsError: There are too many boxes.
            OSError: The stream fails.
        """
        nodes = [_NODE.fullmatch(one) for one in xpath.removeprefix("/").split("/", _MAX_DEPTH)]
        if not xpath.startswith("/") or None in nodes or len(nodes) > _MAX_DEPTH:
            raise BmffError(f"{xpath[:60]!r} is no path of boxes")
        siblings: list[Sequence[BmffBox]] = [self.roots]
        found: list[BmffBox] = []
        for depth, node in enumerate(one for one in nodes if one):
            if depth:
                siblings = [self._children(one) for one in found if one.kind in CONTAINERS]
            number = int(node["number"][:7]) if node["number"] else 0
            found = []
            for each in siblings:
                self._comparisons_left -= len(each) + 1
                if self._comparisons_left < 0:
                    raise BeyondLimitsError
                named = [one for one in each if one.kind == node["kind"]]
                found += named[number - 1 : number] if number else named
        return found

    def _children(self, box: BmffBox) -> Sequence[BmffBox]:
        known = self._inner.get(box.begin)
        if known is None:
            begin = box.begin + box.header
            if box.kind == "meta" and self._asset.read(begin + 4, 4) != b"hdlr":
                begin += 4
            known = self._inner[box.begin] = self._between(begin, box.end)
        return known

    def _between(self, at: int, end: int) -> list[BmffBox]:
        """Read the boxes in a range; fewer than 8 bytes may follow the last."""
        found = []
        while end - at >= 8:
            self._boxes_left -= 1
            if self._boxes_left < 0:
                raise BeyondLimitsError
            head = self._asset.read(at, 16)
            length, header = int.from_bytes(head[:4]), 8
            if length == 1:
                length, header = int.from_bytes(head[8:16]), 16
            elif length == 0:
                length = end - at
            kind = head[4:8].decode("latin-1")
            if length < header or (at + length > end and kind != "mdat"):
                raise BmffError(f"the box {kind!r} at {at} does not end where its length says")
            found.append(BmffBox(kind, at, min(at + length, end), header))
            at += length
        return found
