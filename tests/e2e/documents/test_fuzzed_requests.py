"""Thousands of requests made out of the OpenAPI document, and every answer held against it.

Each that is drawn is sent as it is; with what no generator can guess put right; and in parts, each
in the place of what a documented example has there. Else nearly all would be refused at the door.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cli.openapi.examples import REQUESTS
from cli.openapi.headers import COMMON, OF_SIGNATURES
from edge_signer.signing.rules.policy_directory import shipped_policies
from tests.conftest import ROOT
from tests.system.running import Running

TENANT = "load"
POLICIES = list(shipped_policies())
EXAMPLES = [one["value"] for one in REQUESTS.values()]
DRAWS = {GenerationMode.POSITIVE: 300, GenerationMode.NEGATIVE: 160}
# How many fields of a request, and how many of its assertions, are tried one by one.
PARTS = 4
AT_LEAST_SENT = 2000
AT_LEAST_SIGNED = 0.05
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())
CONFIG = SchemathesisConfig(
    projects=ProjectsConfig(
        # Guessed tokens would all be refused alike.
        default=ProjectConfig(generation=GenerationConfig(with_security_parameters=False))
    )
)
OPERATION = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)["/edge-sign"]["POST"]

REQUEST_SCHEMA = jsonschema_rs.Draft202012Validator(
    {
        "$ref": "#/components/schemas/EdgeSignRequest",
        "components": {"schemas": DOCUMENT["components"]["schemas"]},
    }
)

AnyCase = Case[Any]


class Fuzzing:
    """Sends cases and counts what comes back."""

    def __init__(self, system: Running) -> None:
        self._system = system
        self._session = requests.Session()
        self._token = f"Bearer {system.state.token_of(TENANT)}"
        self.statuses: Counter[int] = Counter()

    def send(self, case: AnyCase) -> None:
        answer = case.call_and_validate(
            base_url=self._system.state.url,
            session=self._session,
            headers={"Authorization": self._token},
            checks=CHECKS,
        )
        self.statuses[answer.status_code] += 1
        body = answer.json()
        assert answer.status_code < 500, (case.as_curl_command(), body)
        if answer.status_code == 200:
            assert REQUEST_SCHEMA.is_valid(case.body), (case.as_curl_command(), "was forbidden")
        names = {*COMMON, *(OF_SIGNATURES if "manifest" in body else ())}
        assert {name.lower() for name in names} <= answer.headers.keys(), answer.headers
        assert ("code" in body) == (answer.status_code != 200)


def put_right(case: AnyCase, number: int) -> AnyCase:
    """The case with what a generator cannot know: the tenant, the policies, and its own digests."""
    body: dict[str, Any] = {**drawn_body(case), "policy_id": POLICIES[number % len(POLICIES)]}
    body.pop("tenant_id", None)
    if body.get("asset_sha256") and body.get("asset_inline"):
        del body["asset_inline"]
    return changed(case, body)


def examples_with_parts_of(case: AnyCase, number: int) -> Iterator[AnyCase]:
    """Documented requests in each of which one field, or one assertion, is the case's."""
    drawn = drawn_body(case)
    for at in (drawn, drawn.get("assertions")):
        fields = at.items() if isinstance(at, dict) else ()
        parts = [(name, part) for name, part in fields if name != "assertions"]
        for name, part in parts[-PARTS:]:
            body = copy.deepcopy(EXAMPLES[number % len(EXAMPLES)])
            body.pop("tenant_id", None)
            into = body if at is drawn else body["assertions"]
            into[name] = part
            number += 1
            yield changed(case, body)


def drawn_body(case: AnyCase) -> dict[str, Any]:
    assert isinstance(case.body, dict)
    return case.body


def changed(case: AnyCase, body: dict[str, Any]) -> AnyCase:
    headers = {key: value for key, value in case.headers.items() if key != "X-Tenant-ID"}
    return OPERATION.Case(
        method="POST",
        headers=headers,
        query=dict(case.query),
        body=body,
        media_type=case.media_type,
    )


def test_every_answer_is_one_of_the_document(
    system: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    fuzzing = Fuzzing(system)

    def drawn_from(mode: GenerationMode) -> None:
        @given(OPERATION.as_strategy(mode))
        @settings(
            max_examples=DRAWS[mode],
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def send_all(case: AnyCase) -> None:
            fuzzing.send(case)
            number = sum(fuzzing.statuses.values())
            if isinstance(case.body, dict):
                fuzzing.send(put_right(case, number))
                for example in examples_with_parts_of(case, number):
                    fuzzing.send(example)

        send_all()

    drawn_from(GenerationMode.POSITIVE)
    drawn_from(GenerationMode.NEGATIVE)

    sent, signed = sum(fuzzing.statuses.values()), fuzzing.statuses[200]
    with capsys.disabled():
        told = ", ".join(f"{status}: {count}" for status, count in sorted(fuzzing.statuses.items()))
        print(f"\n{sent} fuzzed requests ({told})")
    assert sent >= AT_LEAST_SENT
    assert signed >= AT_LEAST_SIGNED * sent
