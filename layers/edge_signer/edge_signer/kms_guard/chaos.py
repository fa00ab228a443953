"""Chaos: an operator's order, kept in SSM, that makes calls of KMS fail for a while.

The functions that sign import this module only where chaos is allowed, and only there may they read
the order. A call that fails here never reaches KMS. A call that does not fail is KMS's own, so
nothing is signed that would not be signed otherwise.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

from botocore.exceptions import ClientError, ReadTimeoutError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.last_good import LastGood

FailureType = Literal["429_rate_limit", "503_service_unavailable", "timeout"]
Scope = Literal["edge", "all"]
MAX_DURATION_S = 3600
#: Gives the client of KMS that waits for so many milliseconds; None for its usual timeout.
Clients = Callable[[int | None], Any]

_REFUSALS: dict[FailureType, tuple[str, int]] = {
    "429_rate_limit": ("ThrottlingException", 400),
    "503_service_unavailable": ("KMSInternalException", 500),
}
# As often as workers read the flags.
_REFRESH_S = 5.6


class ChaosOrder(BaseModel, defer_build=True):
    """One order; it ends by itself.

    Attributes:
        failure_type: How KMS appears to fail.
        failure_rate: Share of the calls that fail, from 0 to 1.
        ends_at_s: When it ends, in seconds since 1970; 0 for an order that was withdrawn.
        scope: Whose calls fail: only the edge's, or the central signer's too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    failure_type: FailureType
    failure_rate: Annotated[float, Field(ge=0, le=1)]
    ends_at_s: Annotated[int, Field(ge=0)]
    scope: Scope = "edge"

    def is_in_force(self, now_s: float) -> bool:
        """Tell whether the order holds at `now_s`, in seconds since 1970.

        One that ends too late did not come from /admin.
        """
        return now_s < self.ends_at_s <= now_s + MAX_DURATION_S


def chaos_parameter(stage: str) -> str:
    """Name of the parameter that holds the order of a stage."""
    return f"/edge-signer/{stage}/chaos"


def read_order(ssm: Any, parameter: str) -> ChaosOrder | None:
    """Read the order of a parameter; needs `ssm:GetParameter` on it.

    Returns:
        None if there is no order, or if the text is not one.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: SSM failed.
    """
    try:
        answer = ssm.get_parameter(Name=parameter)
        return ChaosOrder.model_validate_json(answer["Parameter"]["Value"])
    except (ssm.exceptions.ParameterNotFound, ValidationError):
        return None


class ChaosOrders:
    """The order in force; needs `ssm:GetParameter` on its parameter.

    While SSM fails, the last order that was read stays in force until it ends.

    Args:
        ssm: Client.
        parameter: Name of the parameter.
        whose: Whose calls the orders are for.
        clock: Seconds since 1970.
        refresh_s: Seconds between two reads.
    """

    def __init__(
        self,
        ssm: Any,
        parameter: str,
        whose: Scope,
        clock: Callable[[], float] = time.time,
        *,
        refresh_s: float = _REFRESH_S,
    ) -> None:
        self._ssm = ssm
        self._parameter = parameter
        self._whose = whose
        self._clock = clock
        self._order = LastGood(self._read, refresh_s=refresh_s, retry_s=refresh_s)

    def current(self) -> ChaosOrder | None:
        """Return the order that these calls have to obey now, if any."""
        try:
            order = self._order()
        except StoreUnavailableError:
            return None
        if order is None or not order.is_in_force(self._clock()):
            return None
        return order if order.scope in (self._whose, "all") else None

    def _read(self) -> ChaosOrder | None:
        with StoreCall("The chaos order cannot be read."):
            return read_order(self._ssm, self._parameter)


def chaotic_clients(clients: Clients, orders: ChaosOrders, usual_timeout_ms: int) -> Clients:
    """Wrap clients of KMS, with their usual timeout, so that they fail as ordered."""
    return lambda timeout_ms: ChaoticKms(
        clients(timeout_ms), orders, timeout_ms or usual_timeout_ms
    )


class ChaoticKms:
    """A client of KMS, some of whose calls fail.

    Args:
        kms: The real client.
        orders: Gives the order in force.
        timeout_ms: Timeout of the client.
        sleep: Waits for a number of seconds.
        chance: Gives a random number from 0 up to 1.
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
        """Return an operation of the client."""

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
                "Error": {"Code": code, "Message": "An operator makes this KMS call fail (chaos)."},
                "ResponseMetadata": {"HTTPStatusCode": status},
            },
            operation,
        )
