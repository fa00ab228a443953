"""Trees and inclusion paths, against published roots and against the definition in the RFC."""

from __future__ import annotations

from hashlib import sha256

import pytest

from edge_signer.execution.receipts.merkle import MerkleTree, leaf_hash, root_by_path

# The tree of Certificate Transparency's own tests, and its roots from one leaf to eight.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def defined_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162, section 2.1.3.1, as it is defined."""
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    left, right = hashes[:split], hashes[split:]
    if index < split:
        return [*defined_path(index, left), defined_root(right)]
    return [*defined_path(index - split, right), defined_root(left)]


def defined_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, over hashes of leaves."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + defined_root(hashes[:split]) + defined_root(hashes[split:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert MerkleTree(ENTRIES[:size]).root.hex() == ROOTS[size - 1]


def test_paths_are_those_of_the_definition_and_lead_to_the_root() -> None:
    for size in range(1, 101):
        entries = [b"%d" % number for number in range(size)]
        tree = MerkleTree(entries)
        leaves = [leaf_hash(entry) for entry in entries]
        assert (tree.size, tree.root) == (size, defined_root(leaves))
        for index in {0, 1, size // 2, size - 2, size - 1} & {*range(size)}:
            path = tree.path(index)
            assert path == defined_path(index, leaves)
            assert root_by_path(leaves[index], index, size, path) == tree.root


def test_no_other_position_length_or_leaf_leads_to_the_root() -> None:
    for size in range(1, 20):
        entries = [b"%d" % number for number in range(size)]
        tree = MerkleTree(entries)
        for index in range(size):
            leaf, path = leaf_hash(entries[index]), tree.path(index)
            others = [
                *((leaf, other, size, path) for other in range(size + 2) if other != index),
                (leaf_hash(b"x"), index, size, path),
                (leaf, index, size, [*path, leaf]),
                *((leaf, index, size, path[:cut]) for cut in range(len(path))),
            ]
            assert tree.root not in [root_by_path(*one) for one in others]


def test_a_node_is_no_leaf() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert leaf_hash(left + right) != MerkleTree([b"left", b"right"]).root


def test_a_tree_has_an_entry() -> None:
    with pytest.raises(ValueError, match="at least one"):
        MerkleTree([])
