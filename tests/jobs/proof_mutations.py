"""Proofs of batches gone wrong: lines, numbers, base64, names, signatures, and other trees."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from random import Random

from edge_signer.execution.receipts.merkle import leaf_hash
from tests.jobs.batches import ATTACKER, RESULTS, proved_with

RAN = [one for one in RESULTS if "proof" in one]
STATEMENTS: list[str] = [one["statement"] for one in RAN]
_ORDER = 2**252 + 27742317777372353535851937790883648493
_PIECES = ("\n", " ", "\r", "=", "+", "A", "0", "/", "\u2014", "\x00", "\u00e9", "-", "\u0661")


def flip(random: Random, text: str) -> str:
    at = random.randrange(len(text)) if text else 0
    return (
        text[:at] + chr(ord(text[at]) ^ 1 << random.randrange(7)) + text[at + 1 :] if text else ""
    )


def cut(random: Random, text: str) -> str:
    begin, end = sorted(random.choices(range(len(text) + 1), k=2))
    return text[:begin] + text[end:] if random.random() < 0.5 else text[: begin or 1]


def insert(random: Random, text: str) -> str:
    at = random.choice((0, len(text), random.randint(0, len(text))))
    return text[:at] + random.choice(_PIECES) + text[at:]


def _lines(change: Callable[[Random, list[str]], None]) -> Callable[[Random, str], str]:
    def mutate(random: Random, proof: str) -> str:
        lines = proof.split("\n")
        change(random, lines)
        return "\n".join(lines)

    return mutate


def _move_lines(random: Random, lines: list[str]) -> None:
    at, to = random.randrange(len(lines)), random.randrange(len(lines))
    lines[at], lines[to] = lines[to], lines[at]


def _drop_line(random: Random, lines: list[str]) -> None:
    lines.pop(random.randrange(len(lines)))


def _repeat_line(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines))
    lines.insert(random.randint(0, len(lines)), lines[at])


def _set_index(random: Random, lines: list[str]) -> None:
    if len(lines) > 1:
        numbers = (*range(8), "00", "01", "+1", "-0", 10**9, 2**32, 2**53, "\u0661", "1.0", "")
        lines[1] = f"index {random.choice(numbers)}"


def _set_size(random: Random, lines: list[str]) -> None:
    at = lines.index("") + 2 if "" in lines else 0
    if at < len(lines):
        lines[at] = str(random.choice((*range(8), "05", 10**9, 2**31 - 1, 2**53)))


def _set_origin(random: Random, lines: list[str]) -> None:
    at = lines.index("") + 1 if "" in lines else 0
    if at < len(lines):
        origin = lines[at]
        new = random.choice(("x", f"{origin}+", origin.replace("batch-", "other-"), origin[:-1]))
        for where in (at, *((-2,) if random.random() < 0.5 and len(lines) > 1 else ())):
            lines[where] = lines[where].replace(origin, new)


def _other_base64(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines))
    if lines[at].endswith("="):
        lines[at] = random.choice(
            (lines[at][:-2] + "B=", lines[at][:-1], lines[at].replace("+", "-"), lines[at] + "=")
        )


def _other_signature(random: Random, lines: list[str]) -> None:
    head, _, signed = lines[-2].rpartition(" ") if len(lines) > 1 else ("", "", "*")
    try:
        content = b64decode(signed, validate=True)
    except ValueError:
        return
    scalar = int.from_bytes(content[36:68], "little") + _ORDER
    new = random.choice(
        (
            bytes(4) + content[4:],
            content[:36] + scalar.to_bytes(36, "little")[:32],
            content[:4] + bytes(32) + content[36:],
            content[:4] + random.randbytes(64),
            content[:67],
            content + b"\0",
        )
    )
    lines[-2] = f"{head} {b64encode(new).decode()}"


def _other_proof(random: Random, _: str) -> str:
    return str(random.choice(RAN)["proof"])


def _of_another_tree(random: Random, _: str) -> str:
    """A proof of what was never signed as a batch, or by another key."""
    statements = [one.encode() for one in STATEMENTS]
    chosen = random.randrange(5)
    index = random.randrange(len(statements))
    if chosen == 0:
        return proved_with(statements, index, signer=ATTACKER)
    if chosen == 1:
        # A node that passes for a leaf.
        nodes = [leaf_hash(one) for one in statements]
        return proved_with([nodes[0] + nodes[1], *statements[2:]])
    if chosen == 2:
        return proved_with(statements, index, size=random.choice((1, 4, 6, 8, 16)))
    if chosen == 3:
        return proved_with(statements, index, batch_id="another-batch")
    return proved_with([one + b" " for one in statements], index)


def _again(random: Random, _: str) -> str:
    """A sound proof in another tree: the same statements, in another order."""
    statements = [one.encode() for one in random.sample(STATEMENTS, random.randint(1, 5))]
    return proved_with(statements, random.randrange(len(statements)))


OF_PROOFS: tuple[Callable[[Random, str], str], ...] = (
    *(flip, flip, cut, insert, _other_proof, _of_another_tree, _again),
    *map(_lines, (_move_lines, _drop_line, _repeat_line, _set_index, _set_size)),
    *map(_lines, (_set_origin, _other_base64, _other_signature)),
)
