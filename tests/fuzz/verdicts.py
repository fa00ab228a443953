"""`python -m tests.fuzz.verdicts`: change one byte of a store, and see that `verify` still answers.

`make fuzz` runs it with 20,000 mutants. It exits with 1 on the first mutant without a verdict.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random, SystemRandom

from rich.console import Console
from rich.table import Table

from cli.sidecar_verdict import judge
from cli.terminal import out
from cli.verify import show
from edge_signer.signing.time_stamp import HttpTimeStampAuthority
from tests.conftest import ROOT
from tests.sample_assets import jpeg
from tests.sample_metadata import METADATA
from tests.software_signer import ACTIONS, Workshop
from tests.time_stamp_server import Behaviour, emulated_authority, roots_of, time_stamp_server


def stores() -> tuple[Mapping[str, bytes], str]:
    """Give three stores by what they hold, and the roots under which they are trusted."""
    workshop = Workshop()
    ca = workshop.ca
    with time_stamp_server(Behaviour(emulated_authority(ca).reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(ca.timestamp_anchors_pem()))
        stamped = Workshop(ca=ca, authority=authority).sign(jpeg(), ACTIONS, tsa=True)
    data = ROOT / "tests/data/verify"
    note = {"com.example.note": {"a": [1, "b", None]}}
    anchors_pem = ca.anchors_pem() + ca.timestamp_anchors_pem()
    return {
        "metadata and a custom assertion": workshop.sign(jpeg(), {**ACTIONS, **METADATA, **note}),
        "time-stamp": stamped,
        "ingredient": (data / "tampered_ingredient.c2pa").read_bytes(),
    }, anchors_pem + (data / "tampered_ingredient_anchors.pem").read_text()


def mutants(store: bytes, count: int, random: Random) -> Iterator[bytes]:
    """Give stores in which one byte is another."""
    for _ in range(count):
        at = random.randrange(len(store))
        yield store[:at] + bytes([store[at] ^ random.randrange(1, 256)]) + store[at + 1 :]


def verdicts(count: int, seed: int) -> dict[str, Counter[str]]:
    """Judge mutants of each store as `verify` does; count the states by store.

    Raises:
        Exception: A mutant got no verdict.
    """
    originals, anchors_pem = stores()
    states: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        asset = Path(folder) / "asset.jpg"
        asset.write_bytes(jpeg())
        printed, out.file = out.file, nowhere
        try:
            for name, store in originals.items():
                states[name] = Counter()
                for mutant in mutants(store, count // len(originals), Random(f"{seed}:{name}")):
                    verdict = judge(asset, mutant, anchors_pem)
                    show(verdict)
                    states[name][verdict.state] += 1
        finally:
            out.file = printed
    return states


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz.verdicts")
    arguments.add_argument("--mutants", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    wanted = arguments.parse_args()
    table = Table("store", "mutants", "verdicts", title=f"one byte changed, seed {wanted.seed}")
    for name, states in verdicts(wanted.mutants, wanted.seed).items():
        said = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
        table.add_row(name, f"{states.total():,}", said)
    Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
