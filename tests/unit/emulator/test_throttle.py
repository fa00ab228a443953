from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import TemplateError
from emulator.gateway.api import TokenBucket, throttle_of
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
    throttle = throttle_of(stack(DefaultRouteSettings=BOTH))

    assert [throttle.lets_through("GET /") for _ in range(4)] == [True, True, True, False]
    for unlimited in (throttle_of(stack()), throttle_of({})):
        assert unlimited.lets_through("GET /")


def test_a_route_of_its_own_limits_neither_slows_the_others_nor_is_slowed() -> None:
    few = {"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1}
    key = "ANY /admin/{rest+}"
    throttle = throttle_of(stack(DefaultRouteSettings=BOTH, RouteSettings={key: few}))

    assert [throttle.lets_through(key) for _ in range(2)] == [True, False]
    assert [throttle.lets_through("GET /") for _ in range(4)] == [True, True, True, False]
    alone = throttle_of(stack(RouteSettings={key: few}))
    assert [alone.lets_through("GET /") for _ in range(2)] == [True, True]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"RouteSettings": {"GET /": {**BOTH, "Colour": 1}}}, "GET /: Colour is unknown"),
        ({"RouteSettings": {"GET /": {}}}, "GET /: ThrottlingBurstLimit, .* is missing"),
        ({"DefaultRouteSettings": {**BOTH, "Colour": 1}}, "Colour is unknown"),
        ({"DefaultRouteSettings": {"ThrottlingRateLimit": 2}}, "ThrottlingBurstLimit is missing"),
    ],
)
def test_what_is_not_imitated_is_refused(properties: dict[str, Any], reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        throttle_of(stack(**properties))
