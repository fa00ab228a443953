"""KMS as it fails: a client around the real one that fails as an operator ordered.

Where chaos is not allowed no function imports this, and none may read the order. A call that fails
here never reaches KMS; one that does not is KMS's own, so nothing is signed that would not be.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from edge_signer.kms_guard.chaos_order import ChaosOrder, FailureType, Scope, read_order

Clients = Callable[[int | None], Any]
_REFUSALS: dict[FailureType, tuple[str, int]] = {
    "429_rate_limit": ("ThrottlingException", 400),
    "503_service_unavailable": ("KMSInternalException", 500),
}


class ChaosOrders:
    """The order in force; needs `ssm:GetParameter` on its parameter.

    While SSM fails, the last order that was read holds on to its end.

    Args:
        ssm: Client.
        parameter: Name of the parameter.
        whose: Whose calls are asked about.
        clock: Seconds since 1970.
    """

    # As late as workers see a flag.
    REFRESH_S = 5.6
    _JITTER = 0.1

    def __init__(
        self, ssm: Any, parameter: str, whose: Scope, clock: Callable[[], float] = time.time
    ) -> None:
        self._ssm = ssm
        self._parameter = parameter
        self._whose = whose
        self._clock = clock
        self._last: ChaosOrder | None = None
        self._fresh_until_s = 0.0

    def current(self) -> ChaosOrder | None:
        """Give the order that calls have to fail by now; None where there is none."""
        if time.monotonic() >= self._fresh_until_s:
            self._refresh()
        order = self._last
        if order is None or not order.is_in_force(self._clock()):
            return None
        return order if order.scope in (self._whose, "all") else None

    def _refresh(self) -> None:
        jitter = random.uniform(1 - self._JITTER, 1 + self._JITTER)  # noqa: S311 - no secret
        self._fresh_until_s = time.monotonic() + self.REFRESH_S * jitter
        with suppress(BotoCoreError, ClientError):
            self._last = read_order(self._ssm, self._parameter)


def chaotic_clients(clients: Clients, orders: ChaosOrders, usual_timeout_ms: int) -> Clients:
    """Give clients of KMS that fail as the order in force says.

    Args:
        clients: Gives the real client that waits for so many milliseconds, or as long as usual.
        orders: Give the order.
        usual_timeout_ms: How long is usual.
    """
    return lambda timeout_ms: ChaoticKms(
        clients(timeout_ms), orders, timeout_ms or usual_timeout_ms
    )


class ChaoticKms:
    """A client of KMS, of which some calls fail.

    Args:
        kms: The real one.
        orders: Give the order.
        timeout_ms: How long the client waits for an answer.
        sleep: Waits for some seconds.
        chance: Gives a number from 0 up to 1.
    """

    def __init__(
        self,
        kms: Any,
        orders: ChaosOrders,
        timeout_ms: int,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._kms = kms
        self._orders = orders
        self._timeout_ms = timeout_ms
        self._sleep = sleep
        self._chance = chance

    def __getattr__(self, operation: str) -> Any:
        """Give one of the client's operations."""

        def call(**arguments: Any) -> Any:
            order = self._orders.current()
            if order is not None and self._chance() < order.failure_rate:
                self._fail(order.failure_type, operation)
            return getattr(self._kms, operation)(**arguments)

        return call

    def _fail(self, failure_type: FailureType, operation: str) -> None:
        if failure_type == "timeout":
            self._sleep(self._timeout_ms / 1000)
            raise ReadTimeoutError(endpoint_url="chaos that an operator ordered")
        code, status = _REFUSALS[failure_type]
        raise ClientError(
            {
                "Error": {"Code": code, "Message": "Chaos that an operator ordered."},
                "ResponseMetadata": {"HTTPStatusCode": status},
            },
            operation,
        )
