"""`make fuzz-batches`: 200,000 answers to batches gone wrong, judged in three languages."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from random import Random, SystemRandom

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.jobs.batch_mutations import mutated_sample, wrongly_taken
from tests.jobs.batches import client_verdicts, verdict
from tests.jobs.receipts import CLIENTS

_CHUNK = 2000


def judge(random: Random, count: int, folder: Path) -> Counter[str]:
    """Judge so many mutants, and give how often each reason came.

    Raises:
        AssertionError: A mutant was taken for what was signed, or two languages differ.
    """
    samples = [mutated_sample(random) for _ in range(count)]
    ours = [verdict(sample) for sample in samples]
    taken = [one for one in zip(samples, ours, strict=True) if wrongly_taken(*one)]
    assert taken == [], taken[0]
    for language in CLIENTS:
        theirs = client_verdicts(language, samples, folder)
        differing = [one for one in zip(samples, ours, theirs, strict=True) if one[1] != one[2]]
        assert differing == [], (language, differing[0])
    return Counter(reason for one in ours for reason in one.split(","))


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m measure.fuzz.batches", description=__doc__)
    arguments.add_argument("--mutants", type=int, default=200_000)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    wanted = arguments.parse_args()
    screen = Console()
    random, reasons = Random(wanted.seed), Counter[str]()
    try:
        with tempfile.TemporaryDirectory() as folder, Progress(console=screen) as progress:
            for _ in progress.track(range(0, wanted.mutants, _CHUNK)):
                reasons += judge(random, _CHUNK, Path(folder))
    except AssertionError as finding:
        screen.print(f"{finding}\nagain with --seed {wanted.seed}", markup=False)
        return 1
    shown = Table("verdict, the same in three languages", "jobs", title=f"seed {wanted.seed}")
    for reason, count in reasons.most_common():
        shown.add_row(reason, f"{count:,}")
    screen.print(shown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
