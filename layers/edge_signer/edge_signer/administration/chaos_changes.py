"""Faults that an operator orders, to see what becomes of requests."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change
from edge_signer.administration.audited_change import DoneChange, change_recorded
from edge_signer.administration.errors import ChaosNotAllowedError
from edge_signer.administration.flag_parameters import FlagParameters
from edge_signer.kms_guard.chaos import ChaosOrder, FailureType, Scope

ACTION = "chaos"
_NAME = "chaos"


class ChaosChanges:
    """Orders faults, and takes orders back.

    Args:
        parameters: The stage's own folder, in which the order lies.
        trail: Where changes are recorded.
        is_allowed: Whether faults may be ordered here at all.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        parameters: FlagParameters,
        trail: AuditTrail,
        *,
        is_allowed: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._parameters = parameters
        self._trail = trail
        self._is_allowed = is_allowed
        self._clock = clock

    def begin(
        self,
        caller: Caller,
        failure_type: FailureType,
        failure_rate: float,
        duration_s: int,
        scope: Scope,
    ) -> DoneChange:
        """Have calls of KMS fail.

        Args:
            caller: Who orders it.
            failure_type: What KMS seems to do.
            failure_rate: The share of calls that fail, from 0 to 1.
            duration_s: After which it ends by itself.
            scope: Whose calls fail.

        Raises:
            ChaosNotAllowedError: This deployment has none.
            EdgeSignerError: It was not recorded, or could not be made.
        """
        ends_at_s = int(self._clock()) + duration_s
        return self._write(
            caller,
            ChaosOrder(
                failure_type=failure_type,
                failure_rate=failure_rate,
                ends_at_s=ends_at_s,
                scope=scope,
            ),
        )

    def end(self, caller: Caller) -> DoneChange:
        """Have no calls fail any more.

        Raises:
            ChaosNotAllowedError: This deployment has none.
            EdgeSignerError: It was not recorded, or could not be made.
        """
        return self._write(
            caller, ChaosOrder(failure_type="timeout", failure_rate=0, ends_at_s=0, scope="edge")
        )

    def _write(self, caller: Caller, order: ChaosOrder) -> DoneChange:
        if not self._is_allowed:
            raise ChaosNotAllowedError("No faults are injected into this deployment.")
        text = order.model_dump_json()
        seen = self._parameters.read(_NAME)
        change = Change(ACTION, self._parameters.name_of(_NAME), seen.text, text)
        done, _ = change_recorded(
            self._trail, caller, change, lambda: self._parameters.write(_NAME, text)
        )
        return done
