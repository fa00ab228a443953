"""Each event of events/, as a worker of the function takes it that its route leads to."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.running import Running
from tests.sample_events import (
    EXPECTED,
    FALLBACK,
    FOLDER,
    TOKEN,
    api,
    event,
    event_text,
    function_of,
    functions,
)

# Until there is a function for it.
AWAITED = {"ANY /health"}


def invoked(system: Running, name: str) -> Any:
    function = function_of(name)
    assert function is not None
    text = event_text(name, system.state.token_of("acme"))
    answer = system.client("lambda").invoke(
        FunctionName=functions()[function], Payload=text.encode()
    )
    assert "FunctionError" not in answer
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize("name", [name for name in EXPECTED if function_of(name)])
def test_an_event_is_answered_as_the_table_says(system: Running, name: str) -> None:
    answer = invoked(system, name)
    body = json.loads(answer["body"]) if answer.get("body") else {}
    assert (answer["statusCode"], body.get("code")) == EXPECTED[name]


def test_the_central_signers_event_is_answered_with_a_manifest(system: Running) -> None:
    answer = invoked(system, FALLBACK)
    assert b"c2pa" in base64.b64decode(answer["manifest"])


def test_every_route_has_an_event_and_every_event_a_route() -> None:
    assert {one.stem for one in FOLDER.glob("*.json")} == {*EXPECTED, FALLBACK}
    wanted = {event(name)["routeKey"] for name in EXPECTED}
    routes = {one.key for one in api().routes}
    assert routes <= wanted
    assert wanted - routes <= AWAITED


@pytest.mark.parametrize("name", EXPECTED)
def test_an_event_is_what_the_gateway_would_make_of_its_request(name: str) -> None:
    one = event(name)
    http = one["requestContext"]["http"]
    found = api().find(http["method"], one["rawPath"])
    assert found is not None
    if one["routeKey"] not in AWAITED:
        assert found[0].key == one["routeKey"] == one["requestContext"]["routeKey"]
    assert http["path"] == one["rawPath"]
    parameters = one.get("queryStringParameters", {})
    assert one["rawQueryString"] == urlencode(parameters)
    assert all(header == header.lower() for header in one["headers"])
    assert one["headers"].get("content-length", "0") == str(len(one.get("body", "")))
    assert one["headers"].get("authorization") in {None, f"Bearer {TOKEN}"}
