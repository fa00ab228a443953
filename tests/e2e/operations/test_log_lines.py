"""What an operator can read of a request, and what nobody can."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from edge_signer_client import server_timing
from emulator.system import Settings
from tests.e2e.conftest import Faults, body, calls, post
from tests.system.running import Running, running
from tests.telemetry.log_lines import faults_of, metrics_of, requests_of

LOG = "edge-signer-dev-sign"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SIGNED = {
    *("request_id", "tenant_id", "timestamp", "region", "policy_id", "signing_mode"),
    *("payload_size", "asset_sha256", "manifest_sha256", "tbs_hash", "kms_key_id", "kms_region"),
    *("cert_serial", "t_wasm_ms", "t_kms_ms", "t_total_ms", "cpu_ms_used", "memory_mb_used"),
    *("success", "retry_count", "fallback_triggered"),
}


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("talkative")
    parameters = {"TraceSamplingRate": "1"}
    settings = Settings(port=0, state_directory=directory, parameters=parameters)
    with running(settings) as system:
        yield system


def line_of(system: Running, request_id: str) -> dict[str, Any]:
    (line,) = [one for one in requests_of(system.log(LOG)) if one["request_id"] == request_id]
    return line


def test_a_signed_request_has_one_line_with_every_fact(system: Running) -> None:
    asset = uuid.uuid4().bytes
    request = json.dumps(body(asset)).encode()
    answer = post(system, request, traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
    line = line_of(system, answer.headers["x-request-id"])
    assert line.keys() >= SIGNED
    manifest = system.call("GET", answer.json()["manifest_url"].removeprefix(system.state.url))
    said = {
        "level": "INFO",
        "success": True,
        "http_status": 200,
        "trace_id": TRACE,
        "tenant_id": "load",
        "policy_id": "newsroom-default-v3",
        "signing_mode": answer.json()["signing_mode"],
        "payload_size": len(request),
        "asset_sha256": hashlib.sha256(asset).hexdigest(),
        "manifest_sha256": hashlib.sha256(manifest.body).hexdigest(),
        "kms_key_id": answer.json()["kms_key_id"],
        "retry_count": 0,
        "fallback_triggered": False,
    }
    assert said.items() <= line.items()


def test_every_route_has_its_line(system: Running) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("PUT", "/edge-sign", 405),
        ("OPTIONS", "/edge-sign", 204),
        ("POST", "/edge-sign", 401),
    ):
        headers = {"Content-Type": "application/json"}
        answer = system.call(method, path, b"{}" if method != "GET" else None, headers)
        line = line_of(system, answer.headers["x-request-id"])
        assert (line["http_status"], line["level"]) == (status, "INFO")
        assert "tenant_id" not in line


def test_a_refusal_is_logged_without_the_words_of_the_request(system: Running) -> None:
    word = f"org.secret{uuid.uuid4().hex}"
    changed: list[dict[str, Any]] = [
        {"assertions": {f"c2pa.{word}": {}}},
        {"assertions": {word: {"c2pa": word}}},
        {"policy_id": word},
        {"tenant_id": word},
        {word: 1},
    ]
    for changes in changed:
        answer = post(system, body(b"asset", **changes))
        line = line_of(system, answer.headers["x-request-id"])
        assert (line["success"], line["error_type"]) == (False, answer.json()["code"])
    broken = post(system, f'{{"{word}": "{word}" "{word}"}}'.encode())
    assert line_of(system, broken.headers["x-request-id"])["error_type"] == "INVALID_JSON"
    assert word not in system.log(LOG)


def test_a_failure_of_ours_is_an_error_that_says_where_and_why(
    system: Running, faults: Faults
) -> None:
    faults({"service": "kms", "operation": "Sign", "error_code": "DisabledException"})
    answer = post(system, body(b"asset"))
    line = line_of(system, answer.headers["x-request-id"])
    assert (line["level"], line["error_type"]) == ("ERROR", answer.json()["code"])
    assert "DisabledException" in " ".join(line["error_trace"])


def test_a_replayed_answer_says_so(system: Running) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    before = calls(system, "kms.Sign")
    answers = [post(system, body(b"asset"), **key) for _ in range(2)]
    lines = [line_of(system, answer.headers["x-request-id"]) for answer in answers]
    assert [line["idempotency_replayed"] for line in lines] == [False, True]
    steps = [server_timing(answer.headers["server-timing"]) for answer in answers]
    assert ["kms" in one for one in steps] == [True, False]
    assert all("idempotency" in one for one in steps)
    assert calls(system, "kms.Sign") == before + 1


def test_counters_add_up(talkative: Running) -> None:
    post(talkative, body(b"one"))
    post(talkative, body(b"one", policy_id="nobody-v1"))
    talkative.call("GET", "/nothing")
    sums: dict[str, float] = {}
    for line in metrics_of(talkative.log(LOG)):
        for name in (one for one in line if one.startswith("edge_sign_")):
            sums[name] = sums.get(name, 0) + sum(line[name])
    assert sums == {"edge_sign_attempt": 2, "edge_sign_success": 1, "edge_sign_refusal": 1}


def test_a_sampled_line_tells_the_time_of_every_step(talkative: Running) -> None:
    answer = post(talkative, body(b"one"))
    steps = line_of(talkative, answer.headers["x-request-id"])["steps_ms"]
    assert steps.keys() >= {"authenticate", "limit", "validate", "policy", "wasm", "kms", "store"}


def test_without_metrics_there_is_the_line_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("silent")
    parameters = {"MetricsEnabled": "false", "TraceSamplingRate": "0"}
    with running(Settings(port=0, state_directory=directory, parameters=parameters)) as silent:
        answer = post(silent, body(b"one"))
        assert "steps_ms" not in line_of(silent, answer.headers["x-request-id"])
        assert metrics_of(silent.log(LOG)) == []


@pytest.mark.parametrize(
    "line",
    ["Traceback (most recent call last):", "{}", '{"message": "request"}', '{"_aws": {}}'],
)
def test_a_line_of_another_kind_is_found(line: str) -> None:
    assert list(faults_of(f"{line}\n"))


def test_a_request_s_line_with_a_field_too_many_or_too_few_is_found(system: Running) -> None:
    post(system, body(b"asset"))
    line = requests_of(system.log(LOG))[-1]
    assert not list(faults_of(json.dumps(line)))
    assert list(faults_of(json.dumps({**line, "token": "x"})))
    for name in SIGNED - {"policy_id", "t_wasm_ms"}:
        assert list(faults_of(json.dumps({key: line[key] for key in line if key != name}))), name
