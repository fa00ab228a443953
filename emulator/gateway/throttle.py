"""How many requests a stage lets through: a token bucket.

After "Throttling requests to your HTTP API" in the API Gateway developer guide. AWS applies it as
best it can over many machines; this one is exact.
"""

import time
from collections.abc import Callable, Mapping

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


def throttle_of(resources: Mapping[str, Resource]) -> TokenBucket | None:
    """Read the throttle of a stack's stage; None where the template sets none.

    Raises:
        TemplateError: Routes have settings that are unknown here, or one limit lacks the other.
    """
    stages = {name: found for name, found in resources.items() if found.type == _STAGE}
    for logical_id, stage in stages.items():
        if "RouteSettings" in stage.properties:
            raise TemplateError(f"{logical_id}.Properties: RouteSettings is unknown here")
        settings = stage.properties.get("DefaultRouteSettings")
        if settings is None:
            continue
        where = f"{logical_id}.Properties.DefaultRouteSettings"
        if strange := sorted(set(settings) - _SETTINGS):
            raise TemplateError(f"{where}: {', '.join(strange)} is unknown here")
        if missing := sorted(_SETTINGS - set(settings)):
            raise TemplateError(f"{where}: {', '.join(missing)} is missing")
        # Parameters arrive as text.
        rate, burst = settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]
        return TokenBucket(float(rate), float(burst))
    return None
