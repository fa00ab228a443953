"""Receipts gone wrong: bytes, JSON, numbers, signatures and keys that readers take differently."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_signer.execution.receipts.receipt import Receipt
from tests.jobs.receipts import GENUINE, PUBKEY, VECTORS, Sample

_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_TOKENS = (
    "-0 0 00 01 1.0 1e0 1E2 -1 +1 233.0 255 256 9007199254740991 9007199254740992 "
    '18446744073709551616 0x10 true false null NaN Infinity [] {} "" "0" "0.1" "0.1\\u0000" '
    f'"\\u0030.1" "A" {"9" * 400} "\\ud800" 1_000 \u0661'
).split(" ")
_BYTES = (b"\xef\xbb\xbf", b"\x00", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\\", b'"', b"|", b",")
_SPACES = (b" ", b"\t", b"\n", b"\r", b"\x0b", b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8", b"//x\n")
# One that is no point, one above the prime, two of small order.
_POINTS = ("02" + "00" * 31, "ee" + "ff" * 30 + "7f", "01" + "00" * 31, "00" * 31 + "80")


def mutated(random: Random) -> Sample:
    """Give the genuine receipt after one to three mutations, or one that is signed but wrong."""
    if random.random() < 0.2:
        return random.choice(_SIGNED)(random)
    sample = Sample(GENUINE.encode(), PUBKEY)
    for _ in range(random.randint(1, 3)):
        sample = random.choice(_MUTATIONS)(random, sample)
    return sample


def _flip(random: Random, sample: Sample) -> Sample:
    content = bytearray(sample.receipt_json)
    if content:
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return sample._replace(receipt_json=bytes(content))


def _cut(random: Random, sample: Sample) -> Sample:
    begin, end = sorted(random.choices(range(len(sample.receipt_json) + 1), k=2))
    kept = sample.receipt_json[:begin] + sample.receipt_json[end:]
    return sample._replace(receipt_json=kept)


def _insert(random: Random, sample: Sample) -> Sample:
    piece = random.choice((*_BYTES, *_SPACES, sample.receipt_json, b" " * 4000))
    return _put(random.randint(0, len(sample.receipt_json)), piece, sample)


def _space(random: Random, sample: Sample) -> Sample:
    places = [at for at, byte in enumerate(sample.receipt_json) if byte in b'{}:,"']
    return _put(random.choice([0, *places]), random.choice(_SPACES), sample)


def _at_an_end(random: Random, sample: Sample) -> Sample:
    piece = random.choice((*_BYTES, *_SPACES, b"{}", b"x", b"\nx", b"\n{}"))
    return _put(random.choice((0, len(sample.receipt_json))), piece, sample)


def _put(at: int, piece: bytes, sample: Sample) -> Sample:
    content = sample.receipt_json
    return sample._replace(receipt_json=content[:at] + piece + content[at:])


def _members(change: Callable[[Random, list[tuple[str, str]]], None]) -> Any:
    """Mutate the members, names and values as they are written."""

    def mutate(random: Random, sample: Sample) -> Sample:
        members = [(json.dumps(name), json.dumps(value)) for name, value in _genuine().items()]
        change(random, members)
        written = ",".join(f"{name}:{value}" for name, value in members)
        return sample._replace(receipt_json=f"{{{written}}}".encode("utf-8", "surrogatepass"))

    return mutate


def _set_value(random: Random, members: list[tuple[str, str]]) -> None:
    at = random.randrange(len(members))
    value = random.choice((random.choice(_TOKENS), random.choice(members)[1]))
    members[at] = (members[at][0], value)


def _rename(random: Random, members: list[tuple[str, str]]) -> None:
    at = random.randrange(len(members))
    name = members[at][0]
    escaped = f'"\\u{ord(name[1]):04x}{name[2:]}'
    new = (escaped, name.upper(), '""', '"__proto__"', '"0"', '"version"', f'" {name[1:]}', "x")
    members[at] = (random.choice(new), members[at][1])


def _escape_value(random: Random, members: list[tuple[str, str]]) -> None:
    at = random.randrange(len(members))
    name, value = members[at]
    members[at] = (name, f'"\\u{ord(value[1]):04x}{value[2:]}' if value[0] == '"' else f"{value}e0")


def _repeat(random: Random, members: list[tuple[str, str]]) -> None:
    name, value = random.choice(members)
    value = random.choice((value, random.choice(_TOKENS)))
    members.insert(random.randint(0, len(members)), (name, value))


def _add(random: Random, members: list[tuple[str, str]]) -> None:
    members.insert(random.randint(0, len(members)), ('"note"', random.choice(_TOKENS)))


def _drop(random: Random, members: list[tuple[str, str]]) -> None:
    members.pop(random.randrange(len(members)))


def _shuffle(random: Random, members: list[tuple[str, str]]) -> None:
    random.shuffle(members)


def _other_pin(random: Random, sample: Sample) -> Sample:
    pins = (VECTORS["attacker_pubkey"], PUBKEY.upper(), PUBKEY + "\n", "", "ü" * 64, *_POINTS)
    return sample._replace(pinned_pubkey=random.choice(pins))


def _key_of_both(random: Random, sample: Sample) -> Sample:
    key = random.choice(_POINTS)
    content = sample.receipt_json.replace(PUBKEY.encode(), key.encode())
    return Sample(content, key)


def _signature(random: Random, sample: Sample) -> Sample:
    genuine = _genuine()["signature"]
    scalar = int.from_bytes(bytes.fromhex(genuine[64:]), "little")
    added = (scalar + _GROUP_ORDER).to_bytes(32, "little").hex()
    edge = (_GROUP_ORDER - random.randint(0, 1)).to_bytes(32, "little").hex()
    forged = (
        genuine[:64] + added,
        genuine[:64] + edge,
        random.choice(_POINTS) + genuine[64:],
        genuine[:-1] + random.choice("0123456789abcdef"),
    )
    content = sample.receipt_json.replace(genuine.encode(), random.choice(forged).encode())
    return sample._replace(receipt_json=content)


def _signed_numbers(random: Random) -> Sample:
    edges = (0, 1, 255, 256, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**63, 2**64, 10**30, -1)
    exit_code, wall_time_ms, timestamp = (random.choice(edges) for _ in range(3))
    return _signed(Receipt(_genuine()["module_hash"], exit_code, wall_time_ms, timestamp))


def _signed_texts(random: Random) -> Sample:
    genuine = _genuine()["module_hash"]
    hashes = (genuine.upper(), genuine[7:], f"{genuine}\n", f"{genuine} ", f"{genuine}|0", "", "é")
    return _signed(Receipt(random.choice(hashes), 0, 233, 1762646400))


def _signed(receipt: Receipt) -> Sample:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["seed"]))
    return Sample(
        receipt.to_json(bytes.fromhex(PUBKEY), key.sign(receipt.digest())).encode(), PUBKEY
    )


def _genuine() -> dict[str, Any]:
    members: dict[str, Any] = json.loads(GENUINE)
    return members


_MUTATIONS: tuple[Callable[[Random, Sample], Sample], ...] = (
    *(_flip, _cut, _insert, _space, _at_an_end, _other_pin, _key_of_both, _signature),
    *map(_members, (_set_value, _rename, _escape_value, _repeat, _add, _drop, _shuffle)),
)
_SIGNED = (_signed_numbers, _signed_texts)
