"""Have every engine judge what we sign, and print one table of engine, version and verdict.

`make engines` runs it. It exits with 1 where an engine finds other than it must.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from measure.engines.engines import ENGINES, Engine, Finding
from measure.engines.samples import Sample, samples
from tests.judges.borrowed import Missing


def disagreement(engine: Engine, sample: Sample, finding: Finding) -> str:
    """Say how a finding differs from what the engine must find; empty where it does not."""
    expected = engine.expected(sample)
    # A refusal without a reason is no agreement, and neither is acceptance with a failure.
    accepted = sample.expected == "Trusted"
    if finding.state == expected and bool(finding.failures) != accepted:
        return ""
    said = " ".join([finding.state, *finding.failures])
    return f"{engine.name}, {sample.name}: {said}, expected {expected}"


def main(engines: Sequence[Engine] = ENGINES) -> bool:
    """Print the table; tell whether an engine disagrees."""
    out = Console(width=120, soft_wrap=True)
    everything = list(samples())
    table = Table("engine", "version", "accepted", "refused", "not judged")
    disagreements: list[str] = []
    for engine in engines:
        reasons = Counter(reason for one in everything if (reason := engine.cannot_judge(one)))
        judged = [one for one in everything if not engine.cannot_judge(one)]
        try:
            version, findings = engine.judge(judged)
        except Missing as missing:
            table.add_row(engine.name, "", "", "", f"skipped: {missing}")
            continue
        pairs = list(zip(judged, findings, strict=True))
        wrong = [said for one, found in pairs if (said := disagreement(engine, one, found))]
        disagreements += wrong
        good = [(one, found) for one, found in pairs if not disagreement(engine, one, found)]
        accepted = Counter(found.state for one, found in good if one.expected == "Trusted")
        refused = sum(one.expected != "Trusted" for one, _ in good)
        table.add_row(
            engine.name,
            version,
            ", ".join(f"{number} {state}" for state, number in accepted.items()),
            str(refused),
            "; ".join(f"{number}: {reason}" for reason, number in reasons.items()),
        )
    out.print(table)
    for said in disagreements:
        out.print(f"DISAGREES: {said}", markup=False)
    return bool(disagreements)


if __name__ == "__main__":
    sys.exit(main())
