"""`make fuzz-verify`: one byte of a manifest store changed, many times; `verify` judges each."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli import terminal
from cli.verification.verify import VerifyOptions, verify_files
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from tests.authorities.time_stamp_forge import StampForge
from tests.authorities.time_stamp_server import Behaviour, roots_of, time_stamp_server
from tests.conftest import ROOT
from tests.media.sample_metadata import METADATA
from tests.signers.software_signer import ACTIONS, Workshop

_DATA = ROOT / "tests/data/verify"
_ASSET = ROOT / "examples/rocket-small.jpg"
_STATES = {"Trusted", "Valid", "Invalid", "Unreadable"}


class Finding(Exception):
    """A store that `verify` has no verdict on."""


@dataclass(frozen=True)
class Seed:
    """A store before it is damaged."""

    name: str
    store: bytes


@dataclass
class Verdicts:
    """Judges damaged stores with the command itself, in this process.

    Attributes:
        seed: Of all randomness.
        states: How often each state came, by store.
    """

    seed: int
    states: dict[str, Counter[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._asset, self._store = folder / "asset.jpg", folder / "damaged.c2pa"
        self._asset.write_bytes(_ASSET.read_bytes())
        self._anchors, self._tsa_anchors = folder / "anchors.pem", folder / "tsa.pem"
        forge = StampForge()
        with time_stamp_server(Behaviour(forge.reply)) as url:
            authority = HttpTimeStampAuthority(url, roots_of(forge.root_pem))
            workshop = Workshop(authority=authority)
            asset = _ASSET.read_bytes()
            stamped = workshop.sign(asset, tsa=True)
        rich = workshop.sign(asset, {**ACTIONS, **METADATA}, tsa=False)
        parent = (_DATA / "tampered_ingredient.c2pa").read_bytes()
        self._seeds = [Seed("stamped", stamped), Seed("metadata", rich), Seed("ingredient", parent)]
        known = (_DATA / "tampered_ingredient_anchors.pem").read_text()
        self._anchors.write_text(workshop.ca.anchors_pem() + known)
        self._tsa_anchors.write_text(forge.root_pem)

    def run(self, numbers: Iterable[int]) -> None:
        """Judge these mutants.

        Raises:
            Finding: One ended in something else than a verdict.
        """
        for number in numbers:
            random = Random(f"{self.seed}:{number}")
            seed = self._seeds[number % len(self._seeds)]
            position = random.randrange(len(seed.store))
            changed = seed.store[position] ^ random.randrange(1, 256)
            mutant = seed.store[:position] + bytes([changed]) + seed.store[position + 1 :]
            try:
                state = self._judge(mutant)
            except (Exception, typer.Exit) as unexpected:
                raise Finding(f"{seed.name}, byte {position} now {changed:#04x}") from unexpected
            self.states.setdefault(seed.name, Counter())[state] += 1

    def _judge(self, mutant: bytes) -> str:
        self._store.write_bytes(mutant)
        codes = {form: self._verify(form) for form in ("rows", "json", "crjson")}
        exits = {exit_code for exit_code, _ in codes.values()}
        verdict = json.loads(codes["json"][1])
        assert exits == {0 if verdict["trusted"] else 1}, "the forms differ in their exit code"
        assert verdict["verdict"] in _STATES, verdict["verdict"]
        assert f"verdict    {verdict['verdict']}" in codes["rows"][1]
        # The engine may have no crJSON of a store that it cannot read.
        json.loads(codes["crjson"][1] or "{}")
        return f"{verdict['verdict']}, exit {exits.pop()}"

    def _verify(self, form: str) -> tuple[int, str]:
        written = io.StringIO()
        with contextlib.redirect_stderr(io.StringIO()):
            terminal.out.file = written
            options = VerifyOptions(
                manifest=self._store,
                anchors=self._anchors,
                tsa_anchors=self._tsa_anchors,
                as_json=form == "json",
                as_crjson=form == "crjson",
            )
            exit_code = verify_files([str(self._asset)], options)
        return exit_code, written.getvalue()


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m measure.fuzz.verdicts", description=__doc__)
    arguments.add_argument("--mutants", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    wanted = arguments.parse_args()
    screen = Console()
    verdicts = Verdicts(wanted.seed)
    try:
        with Progress(console=screen, transient=True) as progress:
            task = progress.add_task(f"seed {wanted.seed}", total=wanted.mutants)
            for number in range(wanted.mutants):
                verdicts.run([number])
                progress.advance(task)
    except Finding as finding:
        screen.print_exception()
        screen.print(f"{finding}; again with --seed {wanted.seed}")
        return 1
    shown = Table("store", "verdict", "mutants", title=f"one-byte mutants, seed {wanted.seed}")
    for name, states in verdicts.states.items():
        for state, count in sorted(states.items()):
            shown.add_row(name, state, f"{count:,}")
    screen.print(shown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
