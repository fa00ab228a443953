"""How many requests a stage lets through: a token bucket.

After "Throttling requests to your HTTP API" in the API Gateway developer guide. AWS applies it as
best it can over many machines; this one is exact.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import TemplateError
from emulator.stack.creation import Resource

_STAGE = "AWS::ApiGatewayV2::Stage"
_SETTINGS = {"ThrottlingRateLimit", "ThrottlingBurstLimit"}


class TokenBucket:
    """A bucket that is full at first; every request takes a token.

    Args:
        rate: Tokens that come back in a second.
        burst: Tokens that it holds.
        clock: Seconds that never run backwards.
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._counted_s = clock()

    def take(self) -> bool:
        """Take a token, if there is one."""
        now_s = self._clock()
        back = (now_s - self._counted_s) * self._rate
        self._tokens = min(self._burst, self._tokens + back)
        self._counted_s = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass(frozen=True)
class Throttle:
    """The buckets of a stage: a route's own where it has one, else that of all other routes.

    Attributes:
        default: Of all other routes; None lets everything through.
        of_routes: By the routes' keys.
    """

    default: TokenBucket | None = None
    of_routes: Mapping[str, TokenBucket] = field(default_factory=dict)

    def lets_through(self, route_key: str) -> bool:
        """Take a token for a request to a route, if there is one."""
        bucket = self.of_routes.get(route_key, self.default)
        return bucket is None or bucket.take()


def throttle_of(resources: Mapping[str, Resource]) -> Throttle:
    """Read the throttle of a stack's stage.

    Raises:
        TemplateError: Routes have settings that are unknown here, or one limit lacks the other.
    """
    for logical_id, stage in resources.items():
        if stage.type == _STAGE:
            properties, where = stage.properties, f"{logical_id}.Properties"
            default = properties.get("DefaultRouteSettings")
            return Throttle(
                None if default is None else _bucket(default, f"{where}.DefaultRouteSettings"),
                {
                    key: _bucket(settings, f"{where}.RouteSettings.{key}")
                    for key, settings in properties.get("RouteSettings", {}).items()
                },
            )
    return Throttle()


def _bucket(settings: Mapping[str, Any], where: str) -> TokenBucket:
    if strange := sorted(set(settings) - _SETTINGS):
        raise TemplateError(f"{where}: {', '.join(strange)} is unknown here")
    if missing := sorted(_SETTINGS - set(settings)):
        raise TemplateError(f"{where}: {', '.join(missing)} is missing")
    # Parameters arrive as text.
    rate, burst = settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]
    return TokenBucket(float(rate), float(burst))
