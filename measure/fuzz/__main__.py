"""`make fuzz`: many mutated inputs, a table of what came of them, exit code 1 on a finding."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from random import SystemRandom

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge_signer.signing.manifest.builder import FUEL_PER_REQUEST
from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES
from measure.fuzz.campaign import Campaign, Finding, Tally
from measure.fuzz.resident import MAX_GROWTH_BYTES, resident_bytes

# After this many inputs, caches are full: what the process takes from then on would be a leak.
WARM_UP = 2000
CHUNK = 500


def table(tally: Tally, title: str, growth_bytes: int, elapsed_s: float) -> Table:
    inputs = tally.inputs.total()
    shown = Table("", "", title=title, show_header=False)
    shown.columns[1].justify = "right"
    shown.add_row("inputs", f"{inputs:,}")
    for target, count in sorted(tally.inputs.items()):
        shown.add_row(f"  of the {target}", f"{count:,}")
    shown.add_row("accepted, and read back", f"{tally.accepted:,}", end_section=True)
    for name, count in tally.refused.most_common():
        shown.add_row(f"refused: {name}", f"{count:,}")
    shown.add_section()
    shown.add_row(
        "most fuel, of all calls of an input",
        f"{tally.fuel:,} (a request has {FUEL_PER_REQUEST:,})",
    )
    most = f"{tally.memory_bytes:,} (the limit is {MEMORY_LIMIT_BYTES:,})"
    shown.add_row("most linear memory, in bytes", most)
    shown.add_row(f"growth of this process after {WARM_UP:,}", f"{growth_bytes / 2**20:.1f} MiB")
    shown.add_row("inputs per second", f"{inputs / elapsed_s:,.0f}")
    return shown


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m measure.fuzz", description=__doc__)
    arguments.add_argument("--inputs", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    arguments.add_argument("--only", type=int, help="the number of the one input to run")
    arguments.add_argument("--save", type=Path, default=Path(), help="folder for findings")
    wanted = arguments.parse_args()
    out = Console()
    campaign = Campaign(wanted.seed)
    began_s = time.monotonic()
    resident: list[int] = []
    try:
        if wanted.only is not None:
            campaign.run([wanted.only])
        else:
            with Progress(console=out, transient=True) as progress:
                task = progress.add_task(f"seed {wanted.seed}", total=wanted.inputs)
                for start in range(0, wanted.inputs, CHUNK):
                    campaign.run(range(start, min(start + CHUNK, wanted.inputs)))
                    progress.advance(task, CHUNK)
                    if start + CHUNK >= WARM_UP:
                        resident.append(resident_bytes())
    except Finding as finding:
        out.print_exception()
        out.print(f"{finding}\nsaved as {finding.save(wanted.save)}")
        return 1
    # The least of the last, because a large input leaves the allocator large for a while.
    growth_bytes = min(resident[-10:]) - resident[0] if resident else 0
    title = f"mutated inputs, seed {wanted.seed}"
    out.print(table(campaign.tally, title, growth_bytes, time.monotonic() - began_s))
    if growth_bytes > MAX_GROWTH_BYTES:
        out.print("the process grew as if it kept something of every input")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
