"""Each event of events/, as a worker of the function takes it that its route leads to."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.calls.sample_events import (
    ADMIN_TOKEN,
    EXPECTED,
    FALLBACK,
    FOLDER,
    TOKEN,
    api,
    event,
    event_text,
    function_of,
    functions,
    sent_body,
)
from tests.system.running import Running
from tests.system.waiting import wait_for


def invoked(system: Running, name: str) -> Any:
    function = function_of(name)
    assert function is not None
    text = event_text(name, system.state.token_of("acme"), system.state.admin_token)
    answer = system.client("lambda").invoke(
        FunctionName=functions()[function], Payload=text.encode()
    )
    assert "FunctionError" not in answer
    return json.loads(answer["Payload"].read())


def unless_limited(answer: Any) -> Any:
    return None if answer["statusCode"] == HTTPStatus.TOO_MANY_REQUESTS else answer


@pytest.mark.parametrize("name", EXPECTED)
def test_an_event_is_answered_as_the_table_says(system: Running, name: str) -> None:
    # One tenant sends them all, and has ten a second.
    answer = wait_for(lambda: unless_limited(invoked(system, name)))
    body = json.loads(answer["body"]) if answer.get("body") else {}
    assert (answer["statusCode"], body.get("code")) == EXPECTED[name]


def test_the_central_signers_event_is_answered_with_a_manifest(system: Running) -> None:
    answer = invoked(system, FALLBACK)
    assert b"c2pa" in base64.b64decode(answer["manifest"])


def test_every_route_has_an_event_and_every_event_a_route() -> None:
    assert {one.stem for one in FOLDER.glob("*.json")} == {*EXPECTED, FALLBACK}
    wanted = {event(name)["routeKey"] for name in EXPECTED}
    routes = {one.key for one in api().routes}
    assert routes == wanted


@pytest.mark.parametrize("name", EXPECTED)
def test_an_event_is_what_the_gateway_would_make_of_its_request(name: str) -> None:
    one = event(name)
    http = one["requestContext"]["http"]
    found = api().find(http["method"], one["rawPath"])
    assert found is not None
    assert found[0].key == one["routeKey"] == one["requestContext"]["routeKey"]
    assert found[1] == one.get("pathParameters", {})
    assert http["path"] == one["rawPath"]
    parameters = one.get("queryStringParameters", {})
    assert one["rawQueryString"] == urlencode(parameters)
    assert all(header == header.lower() for header in one["headers"])
    assert one["headers"].get("content-length", "0") == str(len(sent_body(one)))
    assert one["headers"].get("authorization") in {
        *(None, f"Bearer {TOKEN}", f"Bearer {ADMIN_TOKEN}")
    }
