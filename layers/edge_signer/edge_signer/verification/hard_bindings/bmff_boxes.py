"""The boxes of ISO base media files, and those that a path means.

ISO 14496-12 §4.2; C2PA 2.2 §18.6.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge_signer.verification.hard_bindings.asset_content import AssetContent

#: Files with more boxes are not checked.
MAX_BOXES = 200_000
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
    """The file is no BMFF file, or has more boxes than are read."""


@dataclass(frozen=True)
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


def boxes_between(asset: AssetContent, begin: int, end: int) -> Iterator[BmffBox]:
    """Return the boxes in a range; fewer than 8 bytes may follow the last.

    Raises:
        BmffError: A box does not end where its length says.
        OSError: The stream fails.
    """
    at = begin
    while end - at >= 8:
        head = asset.read(at, 16)
        length, header = int.from_bytes(head[:4]), 8
        if length == 1:
            length, header = int.from_bytes(head[8:16]), 16
        elif length == 0:
            length = end - at
        kind = head[4:8].decode("latin-1")
        if length < header or (at + length > end and kind != "mdat"):
            raise BmffError(f"the box {kind!r} at {at} does not end where its length says")
        yield BmffBox(kind, at, min(at + length, end), header)
        at += length


def root_boxes(asset: AssetContent) -> list[BmffBox]:
    """Return the boxes of a file that are in no other.

    Raises:
        BmffError: There are too many, or one does not end where its length says.
        OSError: The stream fails.
    """
    found: list[BmffBox] = []
    for one in boxes_between(asset, 0, asset.size_bytes):
        found.append(one)
        if len(found) > MAX_BOXES:
            raise BmffError(f"it has more than {MAX_BOXES:,} boxes")
    if not found or found[0].begin + 8 > asset.size_bytes:
        raise BmffError("it has no boxes")
    return found


def boxes_at(asset: AssetContent, roots: Sequence[BmffBox], xpath: str) -> list[BmffBox]:
    """Return the boxes that an xpath names.

    Raises:
        BmffError: The path is malformed, or a box does not end where its length says.
        OSError: The stream fails.
    """
    nodes = [_NODE.fullmatch(one) for one in xpath.removeprefix("/").split("/")]
    if not xpath.startswith("/") or None in nodes or len(nodes) > 16:
        raise BmffError(f"{xpath[:60]!r} is no path of boxes")
    siblings: list[Sequence[BmffBox]] = [roots]
    found: list[BmffBox] = []
    for depth, node in enumerate(one for one in nodes if one):
        found = []
        for each in siblings:
            named = [one for one in each if one.kind == node["kind"]]
            number = int(node["number"][:7]) if node["number"] else 0
            found += named[number - 1 : number] if number else named
        if depth + 1 < len(nodes):
            inner = (_children(asset, one) for one in found if one.kind in CONTAINERS)
            siblings = [*inner]
            if sum(map(len, siblings)) > MAX_BOXES:
                raise BmffError(f"it has more than {MAX_BOXES:,} boxes")
    return found


def _children(asset: AssetContent, box: BmffBox) -> list[BmffBox]:
    begin = box.begin + box.header
    if box.kind == "meta" and asset.read(begin + 4, 4) != b"hdlr":
        begin += 4
    found = []
    for one in boxes_between(asset, begin, box.end):
        found.append(one)
        if len(found) > MAX_BOXES:
            raise BmffError(f"it has more than {MAX_BOXES:,} boxes")
    return found
