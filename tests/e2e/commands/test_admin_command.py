"""`edge-signer admin` as an operator uses it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.calls.verify_requests import in_base64, post_verify
from tests.e2e.conftest import body, inject, post
from tests.e2e.operations.administration import admin, flag, recorded, settings
from tests.guards.secrecy import SENT
from tests.jobs.job_requests import HELLO, job_request, post_job
from tests.system.command import edge_signer
from tests.system.running import Running, running
from tests.system.waiting import wait_for

WITHOUT_ADMIN = "`edge-signer flags set kill_switch true --stage …`"
DISABLED = "EXECUTION_DISABLED"
VARIABLE = "EDGE_SIGNER_ADMIN_TOKEN"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("operators")
    with running(settings(directory)) as system:
        yield system
    SENT.keep("administrator's token", system.state.admin_token)
    logs = {log.name: log.read_bytes() for log in (directory / "logs").iterdir()}
    assert SENT.found_in(logs) == []


def run(
    office: Running, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    return edge_signer(Path(office.state.anchors).parent, "admin", *arguments, **environment)


def done(office: Running, *arguments: object, **environment: str) -> Any:
    ran = run(office, *arguments, "--json", **environment)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_flag_is_set_for_all_and_for_one_tenant(office: Running) -> None:
    changed = done(office, "flags", "max_payload_size", "4096")
    assert (changed["before"], changed["after"]) == (None, "4096")
    assert flag(office, "max_payload_size") == "4096"
    asked = ("flags", "edge_signer_enabled", "false", "--tenant", "testcorp")
    assert done(office, *asked)["after"] == "testcorp"
    shown = run(office, *asked)
    lines = [line.split(maxsplit=1) for line in shown.stdout.splitlines()]
    assert lines[0] == ["action", "flags.update"]
    assert lines[1] == ["target", "/edge-signer/dev/flags/edge_disabled_tenants"]
    assert lines[4] == ["operator", "laptop"]
    assert lines[5][1] in recorded(office)


def test_a_shutdown_of_all_and_its_end(office: Running) -> None:
    assert done(office, "shutdown", "all")["after"] == "true"
    wait_for(lambda: post(office, body(b"x")).status == 503)
    assert done(office, "flags", "kill_switch", "false")["before"] == "true"
    wait_for(lambda: post(office, body(b"x")).status == 200)


def test_breaker_limiter_and_chaos(office: Running) -> None:
    assert done(office, "breaker", "status")["state"] == "closed"
    assert run(office, "breaker", "status").stdout.startswith("service ")
    assert done(office, "breaker", "reset")["action"] == "circuit_breaker.reset"
    post(office, body(b"x"), "acme")
    assert done(office, "limiter", "clear", "acme")["before"] == {"admissions": 1, "day_count": 1}
    nothing = run(office, "limiter", "clear", "nobody")
    assert (nothing.returncode, "404 NOT_FOUND: tenant_id" in nothing.stderr) == (2, True)
    begun = done(office, "chaos", "start", "timeout", "--rate", "0", "--duration", "5")
    assert json.loads(begun["after"])["failure_type"] == "timeout"
    assert json.loads(done(office, "chaos", "stop")["after"])["ends_at_s"] == 0


def test_a_token_is_issued_used_listed_and_taken_away(office: Running) -> None:
    issued = done(office, "tokens", "issue", "ada")
    token = issued["token"]
    SENT.keep("ada's token", token)
    assert len(token) >= 43
    wait_for(lambda: admin(office, "circuit-breaker/status", token=token).status == 200)
    changed = done(office, "flags", "kill_switch", "false", **{VARIABLE: token})
    assert changed["operator"] == "ada"
    by_url = ("flags", "kill_switch", "no", "--url", office.state.url)
    assert done(office, *by_url, **{VARIABLE: token})["operator"] == "ada"
    listed = done(office, "tokens", "list")
    assert [one["operator"] for one in listed] == ["ada", "laptop"]
    assert listed[0]["fingerprint"] == issued["fingerprint"]
    assert token not in run(office, "tokens", "list").stdout
    again = run(office, "tokens", "issue", "ada")
    assert (again.returncode, "remove it first" in again.stderr) == (2, True)
    assert done(office, "tokens", "remove", "ada")["removed"] == issued["fingerprint"]
    wait_for(lambda: admin(office, "circuit-breaker/status", token=token).status == 401)
    refused = run(office, "breaker", "status", **{VARIABLE: token})
    assert (refused.returncode, "401 UNAUTHENTICATED" in refused.stderr) == (2, True)


def test_a_token_is_shown_once_to_a_person(office: Running) -> None:
    shown = run(office, "tokens", "issue", "grace").stdout
    found = re.search(r"^token +(\S{43})$", shown, re.MULTILINE)
    assert found
    SENT.keep("grace's token", found[1])
    assert "never shown again" in shown
    assert run(office, "tokens", "remove", "grace").returncode == 0


def test_changes_are_listed_with_those_that_failed(office: Running) -> None:
    before = done(office, "flags", "kms_timeout_ms", "900")
    inject(office, {"service": "ssm", "operation": "PutParameter", "status": 400})
    failed = run(office, "flags", "kms_timeout_ms", "901")
    assert (failed.returncode, "503 STORE_UNAVAILABLE" in failed.stderr) == (1, True)
    inject(office)
    *_, good, bad = done(office, "audit", "list")
    assert (good["audit_key"], good["state"], good["operator"]) == (
        before["audit_key"],
        "intended",
        "laptop",
    )
    assert (bad["before"], bad["after"], bad["state"]) == ("900", "901", "failed")
    day = good["at"][:10]
    assert len(done(office, "audit", "list", "--day", day, "--last", "1")) == 1
    assert done(office, "audit", "list", "--day", "1999-12-31") == []
    table = run(office, "audit", "list", "--last", "2", COLUMNS="200").stdout.splitlines()
    assert (len(table), table[2].rstrip().endswith("failed")) == (3, True)


def test_jobs_are_shut_down_alone(office: Running) -> None:
    assert done(office, "shutdown", "execution")["target"].endswith("/flags/execution_enabled")
    wait_for(lambda: post_job(office, job_request(HELLO)).json().get("code") == DISABLED)
    assert post(office, body(b"x")).status == 200
    assert done(office, "flags", "execution_enabled", "true")["before"] == "false"


def test_verification_is_shut_down_alone(office: Running) -> None:
    target = done(office, "shutdown", "verification")["target"]
    assert target.endswith("/flags/verification_enabled")
    asked = {"asset_inline": in_base64(b"x"), "media_type": "image/png"}
    off = "VERIFICATION_DISABLED"
    wait_for(lambda: post_verify(office, asked).json().get("code") == off)
    assert post(office, body(b"x")).status == 200
    assert done(office, "flags", "verification_enabled", "true")["before"] == "false"


def test_where_a_change_cannot_be_recorded_the_way_without_is_told(office: Running) -> None:
    inject(office, {"service": "s3", "operation": "PutObject", "status": 503})
    failed = run(office, "shutdown", "all")
    inject(office)
    assert (failed.returncode, "503 STORE_UNAVAILABLE" in failed.stderr) == (1, True)
    assert WITHOUT_ADMIN in failed.stderr
    refused = run(office, "shutdown", "tsa")
    assert (refused.returncode, WITHOUT_ADMIN in refused.stderr) == (2, False)


@pytest.mark.parametrize("content", [b'{"message":"Service Unavailable"}', b"<html>"])
@pytest.mark.parametrize("status", [429, 503])
def test_where_the_gateway_lets_nobody_in_the_way_without_is_told(
    office: Running, status: int, content: bytes
) -> None:
    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        thrown = run(office, "shutdown", "all", "--url", url, **{VARIABLE: "t"})
        server.shutdown()
    assert thrown.returncode in (1, 2)
    assert (str(status) in thrown.stderr, WITHOUT_ADMIN in thrown.stderr) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("flags", "kil_switch", "true"), "400 INVALID_REQUEST: kil_switch is not a flag"),
        (("flags", "tenant_allowlist", "yes", "--tenant", "acme"), "must be true or false"),
        (("shutdown", "tsa"), "400 INVALID_REQUEST: service"),
        (("chaos", "start", "timeout", "--rate", "2"), "400 INVALID_REQUEST: failure_rate"),
        (("tokens", "issue", "Ada"), "Ada is not a valid operator's name"),
        (("tokens", "remove", "nobody"), "there is no operator nobody"),
        (("audit", "list", "--day", "today"), "--day today is not a day"),
        (("breaker", "status", "--url", "http://127.0.0.1.example.com"), "may expose the token"),
        (("breaker", "status", "--url", "http://example.com"), "may expose the token"),
        (("breaker", "status", "--url", "https://["), "is not an address"),
        (("breaker", "status", "--url", "https://example.com"), f"the admin token in {VARIABLE}"),
    ],
)
def test_what_cannot_be_is_told(office: Running, arguments: tuple[str, ...], why: str) -> None:
    before = recorded(office)
    refused = run(office, *arguments)
    assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr
    assert recorded(office) == before
