"""What a look at one dependency found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "degraded", "unavailable"]
#: How a manifest can come to its signature: at the edge, by the central signer with the key at
#: home, or by the central signer with the key's replica.
Way = Literal["edge", "central", "replica"]

EVERY_WAY: frozenset[Way] = frozenset({"edge", "central", "replica"})


@dataclass(frozen=True)
class Finding:
    """The state of one dependency.

    Attributes:
        state: For everybody.
        details: For operators alone, as JSON has it.
        closes: Ways to sign that cannot be gone because of it.
    """

    state: State
    details: Mapping[str, Any] = field(default_factory=dict)
    closes: frozenset[Way] = frozenset()


@dataclass(frozen=True)
class Check:
    """How one dependency is looked at.

    Attributes:
        name: As the answer has it.
        look: Finds out; it may take its time and may raise, the examination copes with both.
        needed_for: Ways to sign that cannot be gone where it does not answer.
    """

    name: str
    look: Callable[[], Finding]
    needed_for: frozenset[Way] = frozenset()
