"""Calls of the module as no host would make them: fields mutated and misframed, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from measure.fuzz.mutations import BYTE_MUTATIONS, JSON_MUTATIONS, VALUES, mutate_bytes, mutated
from measure.fuzz.seeds import MODULE_SEEDS, Seed

_EXPORTS = ("prepare", "time_stamp_payload", "assemble")
_FIELD_LENGTHS = (0, 1, 31, 33, 63, 65, 96, 132, 255, 256, 384, 512, 513, 17_000, 70_000)
_CLAIMED = (
    0,
    1,
    3,
    4,
    5,
    2**16,
    16 * 1024,
    16 * 1024 + 1,
    512 * 1024,
    512 * 1024 + 1,
    2**31 - 1,
    2**31,
    2**32 - 4,
    2**32 - 1,
)


@dataclass(frozen=True)
class Call:
    """One call: what is written into the input buffer, and how long it is said to be."""

    export: str
    written: bytes
    claimed: int


def framed(fields: Sequence[bytes]) -> bytes:
    return b"".join(len(field).to_bytes(4, "little") + field for field in fields)


def unframed(content: bytes) -> list[bytes]:
    """Give the fields of an input that the module took.

    Raises:
        AssertionError: There are none in it.
    """
    fields, position = [], 0
    while position < len(content):
        start = position + 4
        position = start + int.from_bytes(content[position:start], "little")
        assert start <= position <= len(content), "a field was taken that is not there"
        fields.append(content[start:position])
    return fields


def calls(random: Random) -> list[Call]:
    """Give the calls of one input: mutated in one way or another, seldom in all."""
    seed = random.choice(list(MODULE_SEEDS.values()))
    definition = seed.definition
    if random.random() < 0.75:
        definition = mutated(random, definition, JSON_MUTATIONS)
    order = _EXPORTS if random.random() < 0.8 else random.choices(_EXPORTS, k=random.randint(1, 6))
    return [_call(random, export, seed, definition) for export in order]


def _call(random: Random, export: str, seed: Seed, definition: bytes) -> Call:
    fields = {
        "prepare": [definition, seed.asset_sha256, *seed.attachments, *seed.x5chain],
        "time_stamp_payload": [seed.signature],
        "assemble": [seed.signature, seed.token, *_store_length(random)],
    }[export]
    if random.random() < 0.1:
        place = random.randrange(len(fields))
        other = (bytes(random.choice(_FIELD_LENGTHS)), mutate_bytes(random, fields[place]))
        fields[place] = random.choice((*other, random.choice(VALUES)))
    if random.random() < 0.05:
        only_digest = slice(2, None)
        random.choice(
            (
                fields.reverse,
                fields.clear,
                lambda: fields.append(bytes(3)),
                lambda: fields.__delitem__(only_digest),
            )
        )()
        fields *= random.choice((1, 1, 2, 5))
    written = framed(fields)
    if random.random() < 0.1:
        written = _misframed(random, written, [len(field) for field in fields])
    claimed = len(written)
    if random.random() < 0.03:
        claimed = random.choice((*_CLAIMED, claimed - 4, claimed - 1, claimed + 1)) % 2**32
    return Call(export, written, claimed)


def _store_length(random: Random) -> list[bytes]:
    """Give no length that the store is padded to, or one."""
    if random.random() < 0.7:
        return []
    length = random.choice((random.randrange(1000, 70_000), random.choice(_CLAIMED)))
    return [length.to_bytes(4, "little")]


def _misframed(random: Random, written: bytes, lengths: Sequence[int]) -> bytes:
    """Change one of the lengths, or bytes with no regard to which."""
    if not lengths or random.random() < 0.3:
        return mutated(random, written, BYTE_MUTATIONS)
    place = random.randrange(len(lengths))
    start = sum(4 + length for length in lengths[:place])
    real = lengths[place]
    said = random.choice((*_CLAIMED, real - 1, real + 1, real + 4, len(written))) % 2**32
    return written[:start] + said.to_bytes(4, "little") + written[start + 4 :]
