"""Signed mutants, and whether two foreign engines say the same of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from edge_signer_client.embedding import AssetLayoutError
from measure.fuzz.layout_seeds import Mutants
from tests.judges.engines import c2pa_rs, encypher
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop

_STORE_BYTES = 4096


@dataclass
class Judged:
    """What engines say of the mutants of one layout.

    Attributes:
        states: How often c2pa-rs and encypher said what.
        apart: Where one said Trusted and the other did not: the mutant's number, and both.
    """

    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    apart: list[str] = field(default_factory=list)


def judge(layout: str, seed: int, wanted: int) -> Judged:
    """Sign mutants until there are so many, and have each judged."""
    mutants, workshop, judged = Mutants(layout, seed), Workshop(), Judged()
    anchors_pem = workshop.ca.anchors_pem()
    for number in count():
        if judged.states.total() == wanted:
            break
        try:
            place, asset = embedded(workshop, mutants.make(number)[0])
        except AssetLayoutError:
            continue
        media_type = place.media_type
        verdicts = [one(asset, media_type, None, anchors_pem) for one in (c2pa_rs, encypher)]
        states = (verdicts[0].state, verdicts[1].state)
        judged.states[states] += 1
        if states[0] != states[1] and "Trusted" in states:
            said = " and ".join(f"{one.state} {one.failures}" for one in verdicts)
            judged.apart.append(f"{layout} {number} ({media_type}): {said}")
    return judged
