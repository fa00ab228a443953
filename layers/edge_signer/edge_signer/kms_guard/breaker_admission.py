"""Leave for one attempt, given or refused by a circuit breaker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from edge_signer.kms_guard import breaker_rules as rules
from edge_signer.kms_guard.breaker_rules import Record

#: The record after something happened, from the one before and the time in milliseconds.
Rule = Callable[[Record, int], Record]


class Admission:
    """Whether one attempt may be made; told once what became of it.

    Only the first of `succeeded`, `failed` and `abandoned` counts, so the last may stand in a
    `finally`.

    Args:
        change: Applies a rule to the breaker's record.
        kind: What the breaker is for this attempt; it may be made unless that is open.
        probe_id: Of the probe that it is.

    Attributes:
        kind: As above.
    """

    def __init__(
        self,
        change: Callable[[Rule], object],
        kind: Literal["closed", "probe", "open"],
        probe_id: str | None = None,
    ) -> None:
        self.kind = kind
        self._change = change
        self._probe_id = probe_id
        self._is_settled = kind == "open"

    def succeeded(self) -> None:
        """Tell that the service answered; a probe closes the breaker."""
        if self._settles() and self._probe_id is not None:
            self._change(partial(rules.after_success, probe_id=self._probe_id))

    def failed(self, *, throttled: bool) -> None:
        """Tell that the attempt failed, and whether the service throttled it."""
        if self._settles():
            self._change(partial(rules.after_failure, throttled=throttled, probe_id=self._probe_id))

    def abandoned(self) -> None:
        """Tell that no attempt was made; a probe is given back."""
        probe_id = self._probe_id
        if self._settles() and probe_id is not None:
            self._change(lambda record, _: rules.after_giving_up(record, probe_id))

    def _settles(self) -> bool:
        settles, self._is_settled = not self._is_settled, True
        return settles
