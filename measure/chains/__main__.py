"""Make chains of signed files, and compare what is on record about ancestors with what is found.

`make chains` runs it. It exits with 1 where an engine finds other than is on record, or does not
trust the last link.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import track
from rich.table import Table

from measure.chains.chain import Chain, chains
from measure.chains.faults import KINDS
from measure.chains.judging import C2PA_RS, ENCYPHER, OWN, RECORD, Judgement, judged
from measure.chains.newer import judge_with_newer, newer_c2pa_rs
from measure.chains.signers import Signers, signers
from tests.judges.borrowed import Missing

_SOUND = "nothing is wrong"


def fault_of(chain: Chain) -> str:
    """Name what is wrong with an ancestor."""
    return chain.fault.name if chain.fault else _SOUND


def report(judgements: Sequence[Judgement], engines: Iterable[str]) -> Table:
    """Count agreement by what is wrong with an ancestor."""
    names = [*engines]
    table = Table("what is wrong", "chains", "refused", *names)
    for fault in (_SOUND, *KINDS):
        some = [one for one in judgements if fault_of(one.chain) == fault]
        made = [one for one in some if one.chain.top is not None]
        agreed = [_agreed(made, name) for name in names]
        table.add_row(fault, str(len(some)), str(len(some) - len(made)), *agreed)
    return table


def _agreed(made: Sequence[Judgement], name: str) -> str:
    with_verdict = [one for one in made if name in one.judges]
    agreed = sum(name not in one.disagreements for one in with_verdict)
    return f"{agreed} of {len(with_verdict)}"


def _shapes(judgements: Sequence[Judgement]) -> str:
    tops = [one.chain.top for one in judgements if one.chain.top]
    ancestors = Counter(one.chain.ancestors for one in judgements)
    by_ancestors = ", ".join(f"{number}: {ancestors[number]}" for number in sorted(ancestors))
    refusals = Counter(one.chain.refusal for one in judgements if one.chain.refusal)
    lines = [
        f"ancestors: {by_ancestors}; {sum(one.is_embedded for one in tops)} of the last links have "
        f"their store inside, {sum(one.is_update for one in tops)} are updates",
        *(f"refused, {number} times: {reason}" for reason, number in refusals.most_common()),
    ]
    return "\n".join(lines)


def main(said: Sequence[str] | None = None) -> int:
    """Make the chains, judge them and print the table."""
    arguments = argparse.ArgumentParser(prog="python -m measure.chains")
    arguments.add_argument("--count", type=int, default=1_000, help="how many chains")
    arguments.add_argument("--seed", type=int, default=0, help="for all choices")
    arguments.add_argument("--without-node", action="store_true", help="leave c2pa-rs 0.92 out")
    wanted = arguments.parse_args(said)
    out = Console(width=160, soft_wrap=True)
    with signers() as signing:
        made = track(
            chains(signing, wanted.count, wanted.seed), "chains", wanted.count, transient=True
        )
        judgements = [judged(one, signing) for one in made]
        engines = [C2PA_RS, ENCYPHER, OWN, RECORD]
        if not wanted.without_node:
            engines += _newer(judgements, signing, out)
    out.print(report(judgements, engines), _shapes(judgements), markup=False)
    is_wrong = False
    for one in judgements:
        for engine, sentences in one.disagreements.items():
            is_wrong = True
            where = f"chain {one.chain.number} ({fault_of(one.chain)})"
            out.print(f"DISAGREES: {engine}, {where}: {'; '.join(sentences)}", markup=False)
    return int(is_wrong)


def _newer(judgements: Sequence[Judgement], signing: Signers, out: Console) -> list[str]:
    name = newer_c2pa_rs().name
    try:
        version = judge_with_newer(judgements, signing)
    except Missing as missing:
        out.print(f"{name}: skipped: {missing}", markup=False)
        return []
    out.print(f"{name} is {version}; it judges those with their store inside", markup=False)
    return [name]


if __name__ == "__main__":
    sys.exit(main())
