"""What a run claims, and what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from measure.load.attempts import Attempt, count_of, percentile_ms
from measure.load.breaker_watch import Sighting


@dataclass(frozen=True)
class Claim:
    """A sentence about the system, and whether the run bears it out.

    Attributes:
        text: The sentence.
        holds: Whether it does.
        found: What was measured.
    """

    text: str
    holds: bool
    found: str


@dataclass(frozen=True)
class Phase:
    """A part of a run under one kind of load.

    Attributes:
        name: What happens in it.
        attempts: What was sent in it.
    """

    name: str
    attempts: Sequence[Attempt]

    def row(self) -> list[str]:
        """Give its line of the table: name, sent, outcomes and latencies."""
        outcomes = Counter(attempt.outcome for attempt in self.attempts)
        told = ", ".join(f"{name}: {count:,}" for name, count in outcomes.most_common())
        latencies = (percentile_ms(self.attempts, share) for share in (0.5, 0.99, 1))
        return [self.name, f"{len(self.attempts):,}", told, *(f"{one:,.0f}" for one in latencies)]


@dataclass
class Findings:
    """All of one run.

    Attributes:
        phases: In order.
        claims: What is judged.
        figures: What else is worth knowing.
        sightings: Of the circuit breaker.
    """

    phases: list[Phase] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def hold(self) -> bool:
        """Whether every claim does."""
        return all(claim.holds for claim in self.claims)

    @property
    def attempts(self) -> list[Attempt]:
        """All that was sent."""
        return [attempt for phase in self.phases for attempt in phase.attempts]

    def phase(self, name: str, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
        """Keep a phase, and give its attempts."""
        self.phases.append(Phase(name, attempts))
        return attempts

    def claim(self, text: str, holds: bool, found: object) -> None:
        """Keep a claim."""
        self.claims.append(Claim(text, holds, str(found)))

    def claim_answered(self, text: str, attempts: Sequence[Attempt], share: float) -> None:
        """Claim that at least a share of the attempts was answered 200."""
        answered = count_of(attempts, 200)
        found = f"{answered:,} of {len(attempts):,}"
        self.claim(text, answered >= share * len(attempts), found)

    def claim_none(self, text: str, faults: Sequence[object]) -> None:
        """Claim that there are no faults."""
        shown = f"{len(faults)}: {faults[:3]}" if faults else "none"
        self.claim(text, not faults, shown)
