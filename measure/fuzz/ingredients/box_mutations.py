"""Damage to the boxes of a manifest store; their lengths stay right, so that it is read further."""

from __future__ import annotations

from random import Random

from measure.fuzz.mutations import mutate_bytes
from tests.media.jumbf_tree import LABEL_AT, Node, read_tree

_TYPES = ("jumb", "jumd", "cbor", "json", "bfdb", "bidb", "c2sh", "free", "uuid")
_LABELS = (
    *(b"c2pa", b"c2pa.assertions", b"c2pa.claim", b"c2pa.claim.v2", b"c2pa.signature"),
    *(b"c2pa.actions.v2", b"c2pa.ingredient.v3", b"c2pa.hash.data", b"c2pa.hash.data__1"),
    *(b"c2pa.metadata", b"c2pa.databoxes", b"c2pa.credentials", b"c2pa.time-stamp", b"", b"/"),
)
_KINDS = (b"c2pa", b"c2ma", b"c2um", b"c2cm", b"c2as", b"c2cl", b"c2cs", b"cbor", b"json", b"c2db")
_KIND_BYTES = 4


def mutate_boxes(random: Random, store: bytes, donor: bytes) -> bytes:
    """Change, leave out, repeat, exchange or insert a box.

    Args:
        random: Where chance comes from.
        store: A manifest store that is whole.
        donor: Another, whose boxes may be inserted.
    """
    root = read_tree(store)
    siblings = random.choice(_lists(root))
    place = random.randrange(len(siblings))
    box = siblings[place]
    match random.randrange(8):
        case 0:
            del siblings[place]
        case 1:
            siblings.insert(random.randrange(len(siblings) + 1), box)
        case 2:
            other = random.randrange(len(siblings))
            siblings[place], siblings[other] = siblings[other], siblings[place]
        case 3:
            siblings.insert(place, random.choice(random.choice(_lists(read_tree(donor)))))
        case 4:
            box.type = random.choice(_TYPES)
        case _:
            _mutate_content(random, root)
    return root.written()


def _lists(root: Node) -> list[list[Node]]:
    """The lists of boxes in a box, at any depth."""
    return [one.inside for one in root.all() if one.inside]


def _mutate_content(random: Random, root: Node) -> None:
    leaf = random.choice([one for one in root.all() if not one.inside])
    is_description = leaf.type == "jumd" and len(leaf.content) > LABEL_AT
    if is_description and random.random() < 0.3:
        label, _, rest = leaf.content[LABEL_AT:].partition(b"\0")
        longer = label + b"__1"
        label = random.choice((random.choice(_LABELS), longer, mutate_bytes(random, label)))
        leaf.content = leaf.content[:LABEL_AT] + label + b"\0" + rest
    elif is_description and random.random() < 0.3:
        leaf.content = random.choice(_KINDS) + leaf.content[_KIND_BYTES:]
    else:
        leaf.content = mutate_bytes(random, leaf.content)
