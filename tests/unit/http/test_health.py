"""What a load balancer meets in a new worker: nothing heavy is imported for its question."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from edge_signer.http.answers import HealthAnswer
from edge_signer.http.routes.health import ALIVE, HealthEndpoint
from tests.conftest import ROOT

HEAVY = (
    *("aws_lambda_powertools", "boto3", "botocore", "cryptography", "pydantic", "wasmtime"),
    "edge_signer.signing.manifest.wasmtime_c_api",
)
ASK = f"""
import json, sys
sys.path[:0] = ["functions/health", "layers/edge_signer"]
import app
event = {{"headers": {{}}, "rawQueryString": "", "requestContext": {{"http": {{"method": "GET"}}}}}}
answer = app.handler(event, None)
print(json.dumps([answer["statusCode"], [one for one in {HEAVY} if one in sys.modules]]))
"""


def test_the_plain_question_imports_nothing_heavy_and_needs_no_setting() -> None:
    asked = subprocess.run(
        [sys.executable, "-I", "-c", ASK], capture_output=True, text=True, cwd=ROOT, env={}
    )
    assert asked.stdout.strip() == "[200, []]", asked.stderr


def test_its_answer_is_the_documented_one() -> None:
    assert HealthAnswer(status="ok").to_json() == ALIVE


def event(method: str = "GET", query: str = "") -> dict[str, Any]:
    return {
        "headers": {},
        "rawQueryString": query,
        "requestContext": {"http": {"method": method}},
    }


def test_what_is_more_is_put_together_once_and_when_it_is_asked_for() -> None:
    made: list[str] = []

    def full() -> Any:
        made.append("full")
        return lambda _: {"statusCode": 418}

    endpoint = HealthEndpoint(full)
    assert [endpoint(event(method))["statusCode"] for method in ("GET", "HEAD")] == [200, 200]
    assert made == []
    asked = (event(query="deep=1"), event(query="x"), event("POST"))
    assert [endpoint(one)["statusCode"] for one in asked] == [418, 418, 418]
    assert made == ["full"]
