"""Merkle trees and their inclusion proofs (RFC 9162 §2.1, the same as RFC 6962 §2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf. Its prefix keeps a leaf from passing for a node."""
    return sha256(b"\0" + entry).digest()


class MerkleTree:
    """A tree over entries, with the path of each from its leaf to the root.

    Args:
        entries: The leaves' contents, at least one.
    """

    def __init__(self, entries: Sequence[bytes]) -> None:
        if not entries:
            raise ValueError("a tree has at least one entry")
        self._levels = [[leaf_hash(entry) for entry in entries]]
        while len(self._levels[-1]) > 1:
            self._levels.append(_level_above(self._levels[-1]))

    @property
    def size(self) -> int:
        """How many entries it has."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """Its root hash, 32 bytes."""
        return self._levels[-1][0]

    def path(self, index: int) -> list[bytes]:
        """Return the inclusion path of an entry: the sibling hashes, from the leaf's up."""
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            # The last of an odd number has no sibling; it stands one level higher unchanged.
            if sibling < len(level):
                path.append(level[sibling])
            index >>= 1
        return path


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Compute the root that a tree has if a leaf is in it (RFC 9162 §2.1.3.2).

    Args:
        leaf: The leaf's hash.
        index: The leaf's position, from 0.
        size: How many leaves the tree has.
        path: The sibling hashes, from the leaf's up.

    Returns:
        None if no leaf at this position has a path of this length.
    """
    if index >= size:
        return None
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = _node_hash(sibling, node)
            while index & 1 == 0 and index != 0:
                index, last = index >> 1, last >> 1
        else:
            node = _node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [_node_hash(left, right) for left, right in pairs]
    return above if len(level) % 2 == 0 else [*above, level[-1]]


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
