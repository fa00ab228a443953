"""/admin over HTTP: who may, what is changed, and what is recorded of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import body, calls, inject, post
from tests.e2e.operations.administration import admin, bucket_of, flag, recorded, settings
from tests.system.running import Running, running
from tests.system.waiting import wait_for
from tests.telemetry.log_lines import requests_of

LOG = "edge-signer-dev-admin"
ROUTES: list[tuple[str, Any]] = [
    ("flags", {"flag": "max_payload_size", "value": 4096}),
    ("flags", {"action": "emergency_shutdown", "service": "central"}),
    ("circuit-breaker", {"action": "reset", "service": "kms"}),
    ("circuit-breaker/status", None),
    ("rate-limiter", {"action": "clear", "tenant_id": "acme"}),
    ("chaos", {"enabled": False}),
]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(settings(tmp_path_factory.mktemp("admin"))) as system:
        yield system


@pytest.fixture(autouse=True)
def _nothing_is_left(system: Running) -> Iterator[None]:
    yield
    inject(system)
    ssm = system.client("ssm")
    for folder in ("flags", ""):
        found = ssm.get_parameters_by_path(Path=f"/edge-signer/dev/{folder}".rstrip("/"))
        if names := [one["Name"] for one in found["Parameters"]]:
            ssm.delete_parameters(Names=names)


def told(answer: Any) -> tuple[int, str | None]:
    return answer.status, answer.json().get("code")


@pytest.mark.parametrize(("path", "content"), ROUTES)
def test_nobody_but_an_operator_is_let_in(system: Running, path: str, content: Any) -> None:
    before, put = recorded(system), calls(system, "ssm.PutParameter")
    operator = system.state.admin_token
    wrong = ["guess", operator[:-1], operator + "x", "x" * 5000, system.state.token_of("acme")]
    headers = [{"Authorization": f"Bearer {token}"} for token in wrong]
    headers += [{"Authorization": f"Basic {operator}"}, {"Authorization": operator}]
    for one in headers:
        answer = admin(system, path, content, **one)
        assert told(answer) == (401, "UNAUTHENTICATED")
        assert "Bearer" in answer.headers["www-authenticate"]
    assert (recorded(system), calls(system, "ssm.PutParameter")) == (before, put)


def test_without_the_operators_tokens_nobody_is_let_in(system: Running) -> None:
    inject(system, {"service": "ssm", "operation": "GetParameter", "status": 500})
    wait_for(lambda: told(admin(system, "circuit-breaker/status")) == (503, "STORE_UNAVAILABLE"))
    inject(system)
    wait_for(lambda: admin(system, "circuit-breaker/status").status == 200)


CHANGES: list[tuple[str, dict[str, Any], str, Any, Any]] = [
    ("flags", {"flag": "kill_switch", "value": True}, "flags.update", None, "true"),
    ("flags", {"flag": "kms_timeout_ms", "value": 700}, "flags.update", None, "700"),
    (
        "flags",
        {"action": "update", "flag": "tenant_allowlist", "value": ["acme", "newcorp"]},
        "flags.update",
        None,
        "acme,newcorp",
    ),
    ("flags", {"flag": "tenant_allowlist", "value": []}, "flags.update", None, "-"),
    (
        "flags",
        {"flag": "tenant_allowlist", "tenant_id": "acme", "value": False},
        "flags.update",
        None,
        "testcorp,load",
    ),
    (
        "flags",
        {"flag": "edge_signer_enabled", "tenant_id": "acme", "value": False},
        "flags.update",
        None,
        "acme",
    ),
    (
        "flags",
        {"action": "emergency_shutdown", "service": "edge"},
        "flags.emergency_shutdown",
        None,
        "false",
    ),
    (
        "flags",
        {"action": "emergency_shutdown", "service": "execution"},
        "flags.emergency_shutdown",
        None,
        "false",
    ),
]


@pytest.mark.parametrize(("path", "asked", "action", "before", "after"), CHANGES)
def test_a_flag_is_changed_and_the_change_recorded_once(
    system: Running, path: str, asked: dict[str, Any], action: str, before: Any, after: Any
) -> None:
    known = recorded(system).keys()
    answer = admin(system, path, asked)
    assert answer.status == 200, answer
    (key,) = recorded(system).keys() - known
    done, entry = answer.json(), recorded(system)[key]
    request_id = answer.headers["x-request-id"]
    assert done == {
        "action": action,
        "target": entry["target"],
        "before": before,
        "after": after,
        "operator": "laptop",
        "audit_key": key,
    }
    assert entry.pop("at").endswith("+00:00")
    assert entry == {
        **{name: done[name] for name in ("action", "target", "before", "after", "operator")},
        "state": "intended",
        "request_id": request_id,
    }
    assert flag(system, done["target"].rpartition("/")[2]) == after
    (line,) = [one for one in requests_of(system.log(LOG)) if one["request_id"] == request_id]
    assert (line["operator"], line["audit_key"], line["success"]) == ("laptop", key, True)


def test_a_tenant_is_taken_out_of_a_list_and_put_back(system: Running) -> None:
    for enabled, others in ((False, "acme,load"), (True, "acme,load,testcorp")):
        asked = {"flag": "tenant_allowlist", "tenant_id": "testcorp", "value": enabled}
        assert admin(system, "flags", asked).json()["after"] == others
    for tenant, enabled, listed in (
        ("acme", False, "acme"),
        ("load", False, "acme,load"),
        ("load", False, "acme,load"),
        ("acme", True, "load"),
        ("load", True, "-"),
    ):
        asked = {"flag": "edge_signer_enabled", "tenant_id": tenant, "value": enabled}
        assert admin(system, "flags", asked).json()["after"] == listed
    assert flag(system, "edge_signer_enabled") is None
    wait_for(lambda: post(system, body(b"x"), "acme").json()["signing_mode"].startswith("edge"))


WRONG: list[tuple[str, Any, str]] = [
    ("flags", {"flag": "kil_switch", "value": True}, "kil_switch is not a flag"),
    ("flags", {"flag": "kill_switch", "value": "perhaps"}, "kill_switch takes true or false"),
    ("flags", {"flag": "kill_switch"}, "value: Field required"),
    ("flags", {"flag": "kill_switch", "value": True, "colour": 1}, "colour: Extra inputs"),
    ("flags", {"flag": "kill_switch", "tenant_id": "acme", "value": True}, "cannot be set for"),
    ("flags", {"flag": "tenant_allowlist", "tenant_id": "acme", "value": "x"}, "value: "),
    ("flags", {"flag": "tenant_allowlist", "tenant_id": "ACME", "value": True}, "tenant_id: "),
    ("flags", {"flag": "tenant_allowlist", "value": ["acme", "audit"]}, "names of tenants"),
    ("flags", {"flag": "tenant_allowlist", "tenant_id": "audit", "value": True}, "tenant_id: "),
    ("flags", {"flag": "tenant_allowlist", "value": ["a"] * 2500}, "longer than 4096 bytes"),
    ("flags", {"action": "explode", "flag": "kill_switch", "value": True}, "action: "),
    ("flags", {"action": "emergency_shutdown", "service": "tsa"}, "service: "),
    ("circuit-breaker", {"action": "reset", "service": "s3"}, "service: "),
    ("rate-limiter", {"action": "clear"}, "tenant_id: Field required"),
    ("chaos", {"enabled": True, "failure_rate": 0.5, "duration": 5}, "failure_type: Field req"),
    ("chaos", {"enabled": False, "duration": 5}, "duration: not allowed with enabled false"),
    *(
        ("chaos", {"enabled": True, "failure_type": "timeout", **rest}, name)
        for rest, name in (
            ({"failure_rate": 1.1, "duration": 5}, "failure_rate: "),
            ({"failure_rate": True, "duration": 5}, "failure_rate: "),
            ({"failure_rate": "1", "duration": 5}, "failure_rate: "),
            ({"failure_rate": 1, "duration": 3601}, "duration: "),
            ({"failure_rate": 1, "duration": 5, "scope": "s3"}, "scope: "),
        )
    ),
    ("chaos", [], "must be a JSON object"),
]


@pytest.mark.parametrize(("path", "asked", "why"), WRONG)
def test_what_cannot_be_is_told_by_its_field_and_nothing_is_changed_or_recorded(
    system: Running, path: str, asked: Any, why: str
) -> None:
    before, put = recorded(system), calls(system, "ssm.PutParameter")
    answer = admin(system, path, asked)
    assert (told(answer), why in answer.json()["message"]) == ((400, "INVALID_REQUEST"), True)
    assert (recorded(system), calls(system, "ssm.PutParameter")) == (before, put)


def test_other_paths_methods_and_bodies_are_refused_as_everywhere(system: Running) -> None:
    headers = {"Authorization": f"Bearer {system.state.admin_token}"}
    wrong = system.call("PUT", "/admin/flags", b"{}", headers)
    assert (told(wrong), wrong.headers["allow"]) == ((405, "METHOD_NOT_ALLOWED"), "POST")
    assert told(system.call("GET", "/admin/secrets", headers=headers)) == (404, "NOT_FOUND")
    assert told(admin(system, "flags", b"{")) == (400, "INVALID_JSON")
    assert told(admin(system, "flags", b'{"flag":"a","flag":"b"}')) == (400, "INVALID_JSON")
    assert told(admin(system, "flags?dry_run=1", b"{}")) == (400, "INVALID_REQUEST")
    assert told(admin(system, "flags", b" " * 20_000)) == (413, "REQUEST_TOO_LARGE")
    as_form = admin(system, "flags", b"{}", **{"Content-Type": "text/plain"})
    assert told(as_form) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_what_is_not_recorded_is_not_changed(system: Running) -> None:
    inject(system, {"service": "s3", "operation": "PutObject", "status": 503})
    asked = {"flag": "kill_switch", "value": True}
    assert told(admin(system, "flags", asked)) == (503, "STORE_UNAVAILABLE")
    assert flag(system, "kill_switch") is None


def test_a_change_that_fails_is_recorded_as_failed(system: Running) -> None:
    known = recorded(system).keys()
    inject(system, {"service": "ssm", "operation": "PutParameter", "status": 400})
    assert told(admin(system, "flags", {"flag": "kill_switch", "value": True}))[0] == 503
    entries = {key: recorded(system)[key] for key in sorted(recorded(system).keys() - known)}
    failed, intended = entries.values()
    assert (intended["state"], failed["state"]) == ("intended", "failed")
    assert (failed["of"], failed["error"]) == (list(entries)[1], "STORE_UNAVAILABLE")


def test_the_record_is_served_to_nobody(system: Running) -> None:
    assert admin(system, "flags", {"flag": "kill_switch", "value": False}).status == 200
    for key in recorded(system):
        assert system.call("GET", f"/manifests/{key}").status == 404
    assert bucket_of(system) in str(system.state.variables["edge-signer-dev-sign"])


def test_everything_is_shut_down_and_comes_back(system: Running) -> None:
    assert post(system, body(b"x")).status == 200
    assert admin(system, "flags", {"action": "emergency_shutdown", "service": "all"}).status == 200
    wait_for(lambda: told(post(system, body(b"x"))) == (503, "SIGNER_DISABLED"))
    signed = calls(system, "kms.Sign")
    assert told(post(system, body(b"x"))) == (503, "SIGNER_DISABLED")
    assert calls(system, "kms.Sign") == signed
    assert admin(system, "flags", {"flag": "kill_switch", "value": False}).status == 200
    wait_for(lambda: post(system, body(b"x")).status == 200)


def test_the_central_signer_shut_down_is_asked_nothing(system: Running) -> None:
    shutdown = {"action": "emergency_shutdown", "service": "central"}
    assert admin(system, "flags", shutdown).status == 200
    inject(system, {"service": "kms", "operation": "Sign", "error_code": "DisabledException"})

    def is_asked() -> bool:
        asked = calls(system, "lambda.Invoke")
        assert told(post(system, body(b"x"))) == (503, "KMS_UNAVAILABLE")
        return calls(system, "lambda.Invoke") > asked

    wait_for(lambda: not is_asked())
    inject(system)
    assert admin(system, "flags", {"action": "emergency_shutdown", "service": "edge"}).status == 200
    wait_for(lambda: told(post(system, body(b"x"))) == (503, "SIGNER_DISABLED"))


def test_the_breaker_is_shown_and_closed(system: Running) -> None:
    reset = {"action": "reset", "service": "kms"}
    assert admin(system, "circuit-breaker", reset).status == 200
    inject(system, {"service": "kms", "operation": "Sign", "error_code": "ThrottlingException"})
    wait_for(
        lambda: (
            post(system, body(b"x")).status == 429
            and admin(system, "circuit-breaker/status").json()["state"] == "open"
        )
    )
    inject(system)
    shown = admin(system, "circuit-breaker/status").json()
    assert (shown["service"], shown["opened_by"]) == ("kms", "throttle")
    done = admin(system, "circuit-breaker", reset).json()
    assert (done["before"]["state"], done["after"]["state"]) == ("open", "closed")
    assert done["audit_key"] in recorded(system)
    assert admin(system, "circuit-breaker/status").json()["state"] == "closed"
    wait_for(lambda: post(system, body(b"x")).json()["signing_mode"].startswith("edge"))


def test_a_tenant_s_usage_is_cleared_and_its_own_limits_stay(system: Running) -> None:
    clear = {"action": "clear", "tenant_id": "acme"}
    admin(system, "rate-limiter", clear)
    assert told(admin(system, "rate-limiter", clear)) == (404, "NOT_FOUND")
    dynamodb = system.client("dynamodb")
    dynamodb.update_item(
        TableName="edge-signer-dev-limits",
        Key={"tenant_id": {"S": "acme"}},
        UpdateExpression="SET limit_day = :two",
        ExpressionAttributeValues={":two": {"N": "2"}},
    )
    statuses = [post(system, body(b"x"), "acme").status for _ in range(3)]
    assert statuses == [200, 200, 429]
    done = admin(system, "rate-limiter", clear).json()
    assert (done["before"], done["after"]) == ({"admissions": 2, "day_count": 2}, None)
    wait_for(lambda: post(system, body(b"x"), "acme").status == 200)
    assert json.loads(json.dumps(recorded(system)[done["audit_key"]]))["operator"] == "laptop"
