"""`python -m measure.fuzz.agreement`: random valid bodies, signed at the edge and centrally.

Both must sign, or refuse with the same error. `make fuzz` runs it with 5,000 bodies; it exits with
1 and prints each body on which they differ.
"""

from __future__ import annotations

import argparse
import json
import struct
from collections import Counter
from collections.abc import Callable
from random import Random, SystemRandom
from typing import Any

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.manifest.manifest_check import check_manifest
from edge_signer.signing.rules.action_model import DIGITAL_SOURCE_TYPES
from tests.signers.central_workshop import CentralWorkshop
from tests.signers.software_signer import Workshop

ASSET = b"an asset"
POLICY = "newsroom-default-v3"
_WORDS = ("a", "b", "key", "Zoë", "", "日本", "x.y", "com.example", "with space", "😀")
_STEMS = ("x", "xy", "xyz", "note", "note.v2", "note-a", "note_a", "a.b", "a.b.c", "v2", "data.v10")
_EDITS = ("c2pa.edited", "c2pa.cropped", "c2pa.resized", "c2pa.published", "com.example.stacked")


def number(random: Random) -> Any:
    return random.choice(
        (
            lambda: random.uniform(-1000, 1000),
            random.random,
            lambda: random.randint(-(2**63), 2**63 - 1),
            lambda: random.randint(-100, 100),
            lambda: round(random.uniform(-180, 180), 6),
            lambda: any_float(random),
        )
    )()


def any_float(random: Random) -> float:
    found: float = struct.unpack("<d", random.randbytes(8))[0]
    return found if -1e300 < found < 1e300 else 0.5


def value(random: Random, depth: int = 0) -> Any:
    scalars: tuple[Callable[[], Any], ...] = (
        lambda: number(random),
        lambda: random.choice(_WORDS),
        lambda: random.choice((True, False, None)),
        lambda: "2026-01-31T12:00:00Z",
    )
    if depth < 4 and random.random() < 0.4:
        if random.random() < 0.5:
            return [value(random, depth + 1) for _ in range(random.randrange(4))]
        return content(random, depth + 1)
    return random.choice(scalars)()


def content(random: Random, depth: int = 0) -> dict[str, Any]:
    return {random.choice(_WORDS): value(random, depth) for _ in range(random.randrange(5))}


def action(random: Random, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"action": name}
    if name in ("c2pa.created", "c2pa.edited", "c2pa.cropped", "c2pa.resized"):
        made["digitalSourceType"] = random.choice(sorted(DIGITAL_SOURCE_TYPES))
    if random.random() < 0.3:
        fraction = f".{random.randrange(10**9):09}" if random.random() < 0.5 else ""
        made["when"] = f"2026-0{random.randrange(1, 10)}-11T10:11:12{fraction}+01:00"
    if random.random() < 0.3:
        made["softwareAgent"] = {"name": "Brush", "version": random.choice(_WORDS) or "1"}
    elif random.random() < 0.3:
        made["softwareAgentIndex"] = random.randrange(2)
    if random.random() < 0.4:
        made["parameters"] = {f"com.example.{random.choice(_STEMS)}": value(random)}
    return made


def body(random: Random) -> dict[str, Any]:
    """Give the assertions of a request."""
    names = ["c2pa.created", *random.choices(_EDITS, k=random.randrange(4))]
    history: dict[str, Any] = {
        "actions": [action(random, name) for name in names],
        "allActionsIncluded": random.random() < 0.5,
        "softwareAgents": [{"name": "Brush"}, {"name": random.choice(_WORDS) or "1"}],
    }
    if random.random() < 0.3:
        parameters = {f"com.example.{random.choice(_STEMS)}": value(random)}
        history["templates"] = [
            {"action": "*", "description": "all", "templateParameters": parameters},
            {"action": random.choice(_EDITS), "softwareAgentIndex": 1},
        ]
    said: dict[str, Any] = {"c2pa.actions.v2": history}
    for _ in range(random.randrange(5)):
        prefix = random.choice(("com.example.", "org.example.", "com.example2."))
        said[prefix + random.choice(_STEMS)] = content(random)
    if random.random() < 0.3:
        use = random.choice(("allowed", "notAllowed", "constrained"))
        said["cawg.training-mining"] = {"entries": {"cawg.data_mining": {"use": use}}}
    if random.random() < 0.3:
        said["c2pa.ai-disclosure"] = {
            "modelType": random.choice(("c2pa.types.model", "com.example.model")),
            "modelName": random.choice(_WORDS) or "1",
            "scientificDomain": random.choice(("cs.CV", ["cs.CV", "cs.LG"])),
        }
    if random.random() < 0.3:
        said["cawg.metadata"] = {
            "@context": {"exif": "http://ns.adobe.com/exif/1.0/"},
            "exif:GPSLatitude": value(random),
        }
    pairs = list(said.items())
    random.shuffle(pairs)
    return dict(pairs)


class BothPaths:
    """The edge and the central signer, with one key."""

    def __init__(self) -> None:
        self._edge = Workshop()
        self._central = CentralWorkshop(self._edge)

    def answers(self, said: dict[str, Any], title: str | None = None) -> tuple[str, str]:
        """Give what the edge answers and what the central signer answers."""
        paths = (self._at_the_edge, self._centrally)
        edge, central = (self._answer(sign, said, title) for sign in paths)
        return edge, central

    def _at_the_edge(self, said: dict[str, Any], title: str | None) -> None:
        self._edge.sign(ASSET, said, POLICY, title=title)

    def _centrally(self, said: dict[str, Any], title: str | None) -> None:
        store = self._central.sign(ASSET, said, POLICY, title=title).manifest_store
        check_manifest(store, self._central.expected(ASSET, said, POLICY, title=title))

    @staticmethod
    def _answer(
        sign: Callable[[dict[str, Any], str | None], None], said: dict[str, Any], title: str | None
    ) -> str:
        try:
            sign(said, title)
        except EdgeSignerError as refused:
            return f"{refused.code}: {refused.message}"
        return "signed"


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m measure.fuzz.agreement")
    arguments.add_argument("--bodies", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    wanted = arguments.parse_args()
    paths = BothPaths()
    said: Counter[str] = Counter()
    for position in range(wanted.bodies):
        random = Random(f"{wanted.seed}:{position}")
        one, title = body(random), random.choice((None, *filter(None, _WORDS)))
        edge, central = paths.answers(one, title)
        said[edge.partition(":")[0] if edge == central else "DIFFERENT"] += 1
        if edge != central:
            print(f"{json.dumps(one)}\n  edge: {edge}\n  central: {central}")
    agreed = ", ".join(f"{count:,} {answer}" for answer, count in said.most_common())
    print(f"{wanted.bodies:,} bodies, seed {wanted.seed}, both paths: {agreed}")
    return 1 if said["DIFFERENT"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
