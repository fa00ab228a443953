"""The events of events/, through the deployed API."""

from __future__ import annotations

import json
import sys

from measure.deploy_local.signing import Deployed
from tests.calls.event_requests import over_http
from tests.calls.sample_events import EXPECTED, event_text, function_of, functions
from tests.system.running import aws_client

#: Events whose requests MiniStack's API Gateway answers by itself, with 403.
ANSWERED_BY_MINISTACK = {"preflight"}


def send_events(deployed: Deployed) -> None:
    """Send every event, and end where an answer is not that of the table."""
    tokens = (deployed.access.token, deployed.access.admin_token)
    wrong = []
    for name, expected in EXPECTED.items():
        if name in ANSWERED_BY_MINISTACK:
            answer = _invoked(deployed.url, name, *tokens)
        else:
            answer = over_http(deployed.api_url, name, *tokens)
        if answer != expected:
            wrong.append(f"{name}: {answer}, but {expected} was expected")
    if wrong:
        sys.exit("\n".join(wrong))
    invoked = ", ".join(sorted(ANSWERED_BY_MINISTACK))
    print(f"events: {len(EXPECTED)} answered as they should be; by Invoke: {invoked}", flush=True)


def _invoked(url: str, name: str, *tokens: str) -> tuple[int, str | None]:
    function = function_of(name)
    assert function is not None
    told = aws_client("lambda", url).invoke(
        FunctionName=functions()[function], Qualifier="live", Payload=event_text(name, *tokens)
    )
    answer = json.loads(told["Payload"].read())
    body = json.loads(answer["body"]) if answer.get("body") else {}
    return answer.get("statusCode", 0), body.get("code")
