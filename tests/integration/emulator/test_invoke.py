"""Invoke of Lambda's API, at the address of AWS's services."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.system.running import Running


def test_an_event_reaches_the_worker_and_its_answer_comes_back(system: Running) -> None:
    (name,) = [one for one in system.state.variables if "echo" in one.lower()]
    client = system.client("lambda")
    answers = [
        client.invoke(FunctionName=called, Payload=b'{"a": [1]}')
        for called in (name, f"arn:aws:lambda:us-east-1:123456789012:function:{name}")
    ]
    told: list[dict[str, Any]] = [json.loads(one["Payload"].read()) for one in answers]
    assert [one["event"] for one in told] == [{"a": [1]}] * 2
    assert told[0]["pid"] == system.call("GET", "/echo").json()["pid"]
    assert "FunctionError" not in answers[0]


def test_a_function_that_raises_says_so(system: Running) -> None:
    (name,) = [one for one in system.state.variables if "misbehavingfunction" in one.lower()]
    answer = system.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps({"body": '{"how": "raise"}'}).encode()
    )
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorMessage"] == "on purpose"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"FunctionName": "nobody"}, "ResourceNotFoundException"),
        ({"Payload": b"{"}, "InvalidRequestContentException"),
        ({"InvocationType": "Event"}, "InvalidParameterValueException"),
    ],
)
def test_a_request_that_lambda_refuses_is_refused(
    system: Running, arguments: dict[str, Any], code: str
) -> None:
    (name,) = [one for one in system.state.variables if "echo" in one.lower()]
    with pytest.raises(ClientError) as refused:
        system.client("lambda").invoke(**{"FunctionName": name, **arguments})
    assert refused.value.response["Error"]["Code"] == code
