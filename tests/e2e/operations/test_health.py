"""GET /health through the whole system: what is told, to whom, and while AWS fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from edge_signer.kms_guard.breaker_rules import OPEN_MS, Opening, Record
from edge_signer.kms_guard.breaker_store import attributes_of
from edge_signer.signing.central_signer import LambdaCentralSigner
from emulator.account import REGION, REPLICA_REGION
from emulator.credentials import development_ca
from emulator.credentials.development_ca import DevelopmentCa
from emulator.system import Settings
from tests.e2e.conftest import BREAKER, body, calls, inject, post, processes_of
from tests.e2e.operations.health import as_operator, deep, not_ok, renew
from tests.signers.central_workshop import central_request
from tests.system.running import Running, running
from tests.telemetry.log_lines import metrics_of, requests_of

LOG = "edge-signer-dev-health"
CERTIFICATE = "/edge-signer/dev/certificates/signing"
CHECKS = {
    *("kms", "certificate", "builder", "manifests", "tenants", "flags", "breaker"),
    *("kms_quota", "kms_replica", "time_stamps", "chaos"),
}
NO_KMS = {"kms", "kms_replica", "certificate"}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system whose key, certificate and flags are the module's own to spoil."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("health"))) as system:
        yield system


@pytest.fixture(autouse=True)
def _a_new_worker_and_no_fault(system: Running) -> Iterator[None]:
    renew(system)
    yield
    inject(system)


def put(system: Running, name: str, value: str) -> None:
    system.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def test_the_plain_question_asks_nobody_and_leaves_no_line(system: Running) -> None:
    inject(system, {"service": "*", "status": 500})
    before = system.log(LOG) if processes_of(system, "health") else ""
    get, head = (system.call(method, "/health") for method in ("GET", "HEAD"))
    assert (get.status, get.body) == (200, b'{"status":"ok"}')
    assert (head.status, head.body) == (200, b"")
    assert get.headers.keys() == head.headers.keys()
    assert get.headers["cache-control"] == "no-store"
    assert system.log(LOG).removeprefix(before) == ""


def test_all_is_well_and_everybody_is_told_states_alone(system: Running) -> None:
    answer = deep(system)
    assert answer.status == 200
    assert answer.json() == {
        "status": "ok",
        "signing": {"edge": "ok", "central": "ok"},
        "checks": dict.fromkeys(CHECKS, "ok"),
    }


def test_an_operator_is_told_what_was_found(system: Running) -> None:
    assert post(system, body(b"x")).status == 200
    bearer = {"Authorization": f"Bearer {system.state.admin_token}"}
    for headers in (as_operator(system), bearer):
        told = deep(system, **headers).json()
        details = told["details"]
        assert details.keys() == CHECKS
        assert details["kms"]["keys"][0]["key_id"].startswith("arn:aws:kms:us-east-1:")
        assert details["certificate"]["days_left"] == 89
        assert details["breaker"]["state"] == "closed"
        assert details["kms_quota"]["today"] >= 1
        assert details["flags"]["kill_switch"] == "false"
        assert told["versions"].keys() == {"edge_signer", "python", "wasmtime"}
        assert "checked_at" in told


def test_signatures_of_the_central_signer_are_counted_with_the_edges(system: Running) -> None:
    assert post(system, body(b"x")).status == 200
    before = deep(system, **as_operator(system)).json()["details"]["kms_quota"]
    renew(system)
    # A new worker tells its first call at once.
    LambdaCentralSigner(lambda: system.client("lambda"), "edge-signer-dev-fallback").sign(
        central_request(b"x")
    )
    after = deep(system, **as_operator(system)).json()["details"]["kms_quota"]
    assert after["today"] == before["today"] + 1
    assert after["per_s_percent"] == after["peak_per_s"] / 10


def test_a_report_is_kept_and_leaves_one_line(system: Running) -> None:
    deep(system)
    asked = calls(system, "kms.DescribeKey")
    before = len(requests_of(system.log(LOG)))
    for _ in range(3):
        assert deep(system).status == 200
    assert calls(system, "kms.DescribeKey") == asked
    assert len(requests_of(system.log(LOG))) == before


def test_who_is_no_operator_is_refused_and_not_told_less(system: Running) -> None:
    tenant = f"Bearer {system.state.token_of('acme')}"
    wrong: list[dict[str, str]] = [{"X-Admin-Token": "guess"}, {"Authorization": tenant}]
    for headers in wrong:
        answer = system.call("GET", "/health?deep=1", headers=headers)
        assert (answer.status, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    inject(system, {"service": "ssm", "status": 500})
    renew(system)
    refused = deep(system, **as_operator(system))
    assert (refused.status, refused.json()["code"]) == (503, "STORE_UNAVAILABLE")


@pytest.mark.parametrize("query", ["dep=1", "deep=1&x=2", "deep=2", "deep=", "deep=1&deep=1"])
def test_a_question_that_is_none_is_refused(system: Running, query: str) -> None:
    answer = system.call("GET", f"/health?{query}")
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
    named = next(part for part in ("dep.", "x.", "deep ") if part in answer.json()["message"])
    assert named.strip(" .") in query


def test_other_methods_are_refused_with_those_that_are_there(system: Running) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = system.call(method, "/health")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert system.call("GET", "/health/").status == 404


SERVICES: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "KMS fails": ({"service": "kms", "status": 500}, "unavailable", NO_KMS),
    "KMS hangs": ({"service": "kms", "delay_ms": 2500}, "unavailable", NO_KMS),
    "KMS fails at home": (
        {"service": "kms", "status": 500, "region": REGION},
        "degraded",
        {"kms", "certificate"},
    ),
    "KMS fails abroad": (
        {"service": "kms", "status": 500, "region": REPLICA_REGION},
        "degraded",
        {"kms_replica"},
    ),
    "S3 fails": ({"service": "s3", "status": 500}, "unavailable", {"manifests"}),
    "S3 hangs": ({"service": "s3", "delay_ms": 2500}, "unavailable", {"manifests"}),
    "SSM fails": (
        {"service": "ssm", "status": 500},
        "degraded",
        {"flags", "kms", "certificate", "chaos"},
    ),
    "DynamoDB fails": (
        {"service": "dynamodb", "status": 500},
        "unavailable",
        {"tenants", "breaker", "kms_quota"},
    ),
    "the authority fails": ({"service": "tsa", "status": 503}, "degraded", {"time_stamps"}),
}


@pytest.mark.parametrize("case", SERVICES)
def test_a_service_that_fails_is_told(system: Running, case: str) -> None:
    rule, status, checks = SERVICES[case]
    inject(system, rule)
    answer = deep(system)
    assert (answer.json()["status"], set(not_ok(answer))) == (status, checks)
    assert answer.status == (503 if status == "unavailable" else 200)
    line = requests_of(system.log(LOG))[-1]
    assert line["health_status"] == status
    assert set(line["health_not_ok"]) == checks
    assert line["level"] == ("ERROR" if status == "unavailable" else "INFO")
    counted = metrics_of(system.log(LOG))[-1]
    assert counted[f"health_{status}"] == [1]
    assert not [name for name in counted if name.startswith("edge_sign")]


def test_a_disabled_key_signs_nothing_and_its_replica_is_a_key_of_its_own(
    system: Running,
) -> None:
    kms = system.client("kms")
    alias = "alias/edge-signer-dev-signing"
    key_id = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key_id)
    try:
        left = deep(system)
        signed = post(system, body(b"disabled"))
        inject(system, {"service": "kms", "region": REPLICA_REGION, "status": 500})
        renew(system)
        answer = deep(system, **as_operator(system))
        refused = post(system, body(b"disabled"))
    finally:
        kms.enable_key(KeyId=key_id)
    assert (left.status, left.json()["signing"]) == (200, {"edge": "unavailable", "central": "ok"})
    assert signed.json()["signing_mode"] == "central-fallback"
    assert (answer.status, not_ok(answer)["kms"]) == (503, "unavailable")
    assert answer.json()["details"]["kms"]["keys"][0]["key_state"] == "Disabled"
    line = requests_of(system.log(LOG))[-1]
    assert line["error_type"] == refused.json()["code"] == "KMS_UNAVAILABLE"


def test_a_certificate_that_ends_soon_is_told_in_time(
    system: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development_ca, "_LEAF_LIFETIME", timedelta(days=20))
    alias = "alias/edge-signer-dev-signing"
    public_key = system.client("kms").get_public_key(KeyId=alias)["PublicKey"]
    installed = parameter(system, CERTIFICATE)
    put(system, CERTIFICATE, DevelopmentCa().issue("Soon", public_key))
    try:
        answer = deep(system, **as_operator(system))
    finally:
        put(system, CERTIFICATE, installed)
    assert (answer.status, not_ok(answer)) == (200, {"certificate": "degraded"})
    assert answer.json()["details"]["certificate"]["days_left"] == 19
    assert answer.json()["signing"] == {"edge": "ok", "central": "ok"}
    assert metrics_of(system.log(LOG))[-1]["health_certificate"] == [1]


def test_another_keys_certificate_signs_nothing(system: Running) -> None:
    created = system.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    key_id = created["KeyMetadata"]["KeyId"]
    public_key = system.client("kms").get_public_key(KeyId=key_id)["PublicKey"]
    installed = parameter(system, CERTIFICATE)
    put(system, CERTIFICATE, DevelopmentCa().issue("Another", public_key))
    try:
        answer = deep(system)
    finally:
        put(system, CERTIFICATE, installed)
    assert (answer.status, not_ok(answer)) == (503, {"certificate": "unavailable"})
    assert requests_of(system.log(LOG))[-1]["error_type"] == "CREDENTIAL_UNAVAILABLE"


def parameter(system: Running, name: str) -> str:
    return str(system.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])


def test_an_open_breaker_leaves_the_central_signer(system: Running) -> None:
    now_ms = int(time.time() * 1000)
    record = Record((), now_ms, Opening("throttle", now_ms + OPEN_MS))
    item = {**BREAKER["Key"], "revision": {"S": "1"}, **attributes_of(record)}
    system.client("dynamodb").put_item(TableName=BREAKER["TableName"], Item=item)
    try:
        answer = deep(system, **as_operator(system))
    finally:
        system.client("dynamodb").delete_item(**BREAKER)
    assert (answer.status, not_ok(answer)) == (200, {"breaker": "degraded"})
    assert answer.json()["signing"] == {"edge": "unavailable", "central": "ok"}
    assert answer.json()["details"]["breaker"]["opened_by"] == "throttle"


@pytest.mark.parametrize(
    ("flags", "status", "signing"),
    [
        ({"edge_signer_enabled": "false"}, 200, {"edge": "unavailable", "central": "ok"}),
        ({"central_signer_enabled": "false"}, 200, {"edge": "ok", "central": "unavailable"}),
        (
            {"edge_signer_enabled": "false", "central_signer_enabled": "false"},
            503,
            {"edge": "unavailable", "central": "unavailable"},
        ),
        ({"kill_switch": "true"}, 503, {"edge": "unavailable", "central": "unavailable"}),
    ],
)
def test_what_operators_switch_off_is_told(
    system: Running, flags: dict[str, str], status: int, signing: dict[str, str]
) -> None:
    paths = {f"/edge-signer/dev/flags/{name}": value for name, value in flags.items()}
    for path, value in paths.items():
        put(system, path, value)
    try:
        answer, line = deep(system), requests_of(system.log(LOG))[-1]
        renew(system)
        inject(system, {"service": "kms", "status": 500})
        assert deep(system).status == 503
        failing = requests_of(system.log(LOG))[-1]
    finally:
        system.client("ssm").delete_parameters(Names=list(paths))
    assert (answer.status, set(not_ok(answer))) == (status, {"flags"})
    assert answer.json()["signing"] == signing
    # What the operator asked for is no failure, and hides none.
    assert (line["level"], failing["level"]) == ("INFO", "ERROR")
