"""Chaos: failures of KMS that an operator orders, to see how requests fare."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change, DoneChange
from edge_signer.administration.errors import ChaosNotAllowedError
from edge_signer.administration.flag_parameters import FlagParameters
from edge_signer.kms_guard.chaos import ChaosOrder, FailureType, Scope

ACTION = "chaos"
_NAME = "chaos"


class ChaosChanges:
    """Orders failures and withdraws orders.

    Args:
        parameters: The stage's folder, which holds the order.
        trail: Records changes.
        is_allowed: Whether this deployment allows chaos.
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
        """Make calls of KMS fail.

        Args:
            caller: The operator.
            failure_type: How KMS appears to fail.
            failure_rate: Share of the calls that fail, from 0 to 1.
            duration_s: Seconds after which the order ends by itself.
            scope: Whose calls fail.

        Raises:
            ChaosNotAllowedError: This deployment does not allow chaos.
            EdgeSignerError: The change was not recorded, or could not be made.
        """
        order = ChaosOrder(
            failure_type=failure_type,
            failure_rate=failure_rate,
            ends_at_s=int(self._clock()) + duration_s,
            scope=scope,
        )
        return self._write(caller, order)

    def end(self, caller: Caller) -> DoneChange:
        """Withdraw the order.

        Raises:
            ChaosNotAllowedError: This deployment does not allow chaos.
            EdgeSignerError: The change was not recorded, or could not be made.
        """
        return self._write(
            caller, ChaosOrder(failure_type="timeout", failure_rate=0, ends_at_s=0, scope="edge")
        )

    def _write(self, caller: Caller, order: ChaosOrder) -> DoneChange:
        if not self._is_allowed:
            raise ChaosNotAllowedError("This deployment does not allow chaos.")
        text = order.model_dump_json()
        seen = self._parameters.read(_NAME)
        change = Change(ACTION, self._parameters.name_of(_NAME), seen.text, text)
        done, _ = self._trail.record_and_make(
            caller, change, lambda: self._parameters.write(_NAME, text)
        )
        return done
