from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import TemplateError
from emulator.gateway.throttle import TokenBucket, throttle_of
from emulator.stack.creation import Resource

BOTH = {"ThrottlingRateLimit": "2", "ThrottlingBurstLimit": 3}


def stack(**properties: Any) -> dict[str, Resource]:
    return {"Stage": Resource("AWS::ApiGatewayV2::Stage", "$default", "", properties)}


def test_a_full_bucket_gives_its_burst_and_then_its_rate() -> None:
    now_s = [0.0]
    bucket = TokenBucket(2, 3, lambda: now_s[0])

    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now_s[0] = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now_s[0] = 100
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_the_throttle_is_that_of_the_stage() -> None:
    bucket = throttle_of(stack(DefaultRouteSettings=BOTH))

    assert bucket is not None
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    assert throttle_of(stack()) is None


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"RouteSettings": {}}, "RouteSettings is unknown"),
        ({"DefaultRouteSettings": {**BOTH, "Colour": 1}}, "Colour is unknown"),
        ({"DefaultRouteSettings": {"ThrottlingRateLimit": 2}}, "ThrottlingBurstLimit is missing"),
    ],
)
def test_what_is_not_imitated_is_refused(properties: dict[str, Any], reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        throttle_of(stack(**properties))
