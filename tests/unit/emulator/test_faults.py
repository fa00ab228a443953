from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from emulator.aws.faults import FaultRule, Faults, parse_rules
from emulator.aws.service_call import ServiceCall
from emulator.http.message import Request, Response

SIGN = ServiceCall("kms", "Sign", "1.1")
PUT_OBJECT = ServiceCall("s3", "PutObject", None)
WELL = Response(200)


def struck(*rules: FaultRule) -> Faults:
    made = Faults()
    made.replace(rules)
    return made


def asked(faults: Faults, call: ServiceCall) -> Response | None:
    """Give what came instead of the service's answer."""
    answer = faults.answer(call, Request("POST", "/"), lambda: WELL)
    return None if answer is WELL else answer


def test_without_rules_nothing_strikes() -> None:
    assert asked(Faults(), SIGN) is None


def test_a_throttle_is_worded_as_the_json_protocol_does() -> None:
    rule = FaultRule(service="kms", operation="Sign", error_code="ThrottlingException", message="m")

    response = asked(struck(rule), SIGN)

    assert response is not None
    assert response.status == 400
    assert json.loads(response.body) == {"__type": "ThrottlingException", "message": "m"}
    assert ("content-type", "application/x-amz-json-1.1") in response.headers


def test_an_error_of_s3_is_worded_in_xml() -> None:
    rule = FaultRule(service="s3", error_code="SlowDown", message="<slow & steady>")

    response = asked(struck(rule), PUT_OBJECT)

    assert response is not None
    assert response.status == 503
    document = ElementTree.fromstring(response.body)
    assert (document.findtext("Code"), document.findtext("Message")) == (
        "SlowDown",
        "<slow & steady>",
    )


def test_a_rule_strikes_only_what_it_names() -> None:
    rule = FaultRule(service="kms", operation="Sign", status=500)

    made = struck(rule)

    assert asked(made, PUT_OBJECT) is None
    assert asked(made, ServiceCall("kms", "GetPublicKey", "1.1")) is None
    assert asked(made, SIGN) is not None


def test_a_rule_strikes_only_in_its_region() -> None:
    made = struck(FaultRule(service="kms", region="us-east-1", status=500))

    assert asked(made, replace(SIGN, region="us-west-2")) is None
    assert asked(made, replace(SIGN, region="us-east-1")) is not None


def test_a_rule_is_spent_after_its_times() -> None:
    made = struck(FaultRule(service="*", status=500, times=2))

    assert [asked(made, SIGN) is not None for _ in range(3)] == [True, True, False]


def test_a_delay_alone_lets_the_call_through(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("emulator.aws.faults.time.sleep", slept.append)

    assert asked(struck(FaultRule(service="kms", delay_ms=250)), SIGN) is None
    assert slept == [0.25]


def test_the_least_time_includes_the_services_own(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("emulator.aws.faults.time.monotonic", lambda: 10.003)
    monkeypatch.setattr("emulator.aws.faults.time.sleep", slept.append)
    request = Request("POST", "/", arrived_s=10.0)

    made = struck(FaultRule(service="kms", least_ms=12))

    assert made.answer(SIGN, request, lambda: WELL) is WELL
    assert slept == [0, pytest.approx(0.009)]


def test_probability_is_a_share_of_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([0.29, 0.31])
    monkeypatch.setattr("emulator.aws.faults.random.random", lambda: next(drawn))
    made = struck(FaultRule(service="kms", status=500, probability=0.3))

    assert asked(made, SIGN) is not None
    assert asked(made, SIGN) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"service": "kms"}',
        '[{"servcie": "kms"}]',
        '[{"service": "kms", "status": 200}]',
        '[{"service": "kms", "corrupt": "signature"}]',
        '[{"service": "kms", "operation": "Sign", "corrupt": "all"}]',
        '[{"service": "kms", "operation": "Sign", "corrupt": "signature", "status": 500}]',
    ],
)
def test_a_rule_with_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_rules(text.encode())
