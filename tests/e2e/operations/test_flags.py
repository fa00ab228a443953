"""Operators' flags over HTTP, to the last worker; what they refuse costs no signature."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.openapi.examples import REFUSALS
from emulator.functions.worker import Invocation, LambdaWorker, Outcome
from emulator.system import Settings
from tests.e2e.conftest import body, calls, inject, post, sign_workers
from tests.system.command import edge_signer
from tests.system.running import Answer, Running, running
from tests.system.waiting import wait_for

WORKERS = 4
SIGNED = (200, None)
KILLED = (503, "SIGNER_DISABLED")
FOLDER = "/edge-signer/dev/flags"
#: Ids of what was given to workers so far.
GIVEN: list[str] = []


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system whose workers all run."""
    settings = Settings(
        port=0, state_directory=tmp_path_factory.mktemp("state"), concurrency=WORKERS
    )
    invoke = LambdaWorker.invoke

    async def noted(worker: LambdaWorker, invocation: Invocation) -> Outcome:
        GIVEN.append(invocation.request_id)
        return await invoke(worker, invocation)

    with pytest.MonkeyPatch.context() as patch, running(settings) as system:
        patch.setattr(LambdaWorker, "invoke", noted)
        inject(system, {"service": "kms", "operation": "Sign", "delay_ms": 1000})
        wait_for(lambda: at_once(system) and len(sign_workers(system)) == WORKERS)
        inject(system)
        yield system


@pytest.fixture(autouse=True)
def _no_flag_is_left(system: Running) -> Iterator[None]:
    yield
    inject(system)
    ssm = system.client("ssm")
    left = [one["Name"] for one in ssm.get_parameters_by_path(Path=FOLDER)["Parameters"]]
    if left:
        ssm.delete_parameters(Names=left)
        wait_for(lambda: told_by_each(system) == {SIGNED})


def flags(system: Running, *arguments: str) -> None:
    done = edge_signer(Path(system.state.anchors).parent, "flags", *arguments)
    assert done.returncode == 0, done.stderr


def told(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.json().get("code")


def at_once(system: Running, tenant: str = "load") -> Sequence[Answer]:
    with ThreadPoolExecutor(WORKERS) as clients:
        return list(clients.map(lambda _: post(system, body(b"x"), tenant), range(WORKERS)))


def told_by_each(system: Running) -> set[tuple[int, str | None]]:
    """Give the status and error code that each worker answers with."""
    return {told(answer) for answer in answers_of_each(system)}


def answers_of_each(system: Running, tenant: str = "load") -> Sequence[Answer]:
    """Ask every worker once: while all of them stand still, each is given one request."""
    workers = sign_workers(system)
    assert len(workers) == WORKERS
    before = len(GIVEN)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as crowd:
            answers = crowd.submit(at_once, system, tenant)
            wait_for(lambda: len(GIVEN) == before + WORKERS)
            for worker in workers:
                os.kill(worker, signal.SIGCONT)
            return answers.result()
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


@contextmanager
def load(system: Running) -> Iterator[Callable[[int], Sequence[tuple[int, str | None]]]]:
    """Keep all workers busy; gives what the last answers were."""
    seen: list[tuple[int, str | None]] = []
    enough = threading.Event()

    def client() -> None:
        while not enough.is_set():
            seen.append(told(post(system, body(b"busy"))))

    with ThreadPoolExecutor(WORKERS) as clients:
        waiting = [clients.submit(client) for _ in range(WORKERS)]
        try:
            yield lambda count: seen[-count:]
        finally:
            enough.set()
            for one in waiting:
                one.result()


def test_the_kill_switch_reaches_the_last_worker_under_load_and_so_does_its_end(
    system: Running, record_property: Callable[[str, object], None]
) -> None:
    with load(system) as last:
        wait_for(lambda: set(last(10)) == {SIGNED})
        flags(system, "set", "kill_switch", "true")
        began_s = time.monotonic()
        wait_for(lambda: set(last(50)) == {KILLED})
    # Nobody takes turns under load: one worker may have been left out all the while.
    wait_for(lambda: told_by_each(system) == {KILLED})
    record_property("seconds to the last worker", round(time.monotonic() - began_s, 1))

    signed = calls(system, "kms.Sign")
    with load(system) as last:
        wait_for(lambda: len(last(20)) == 20)
        assert set(last(20)) == {KILLED}
    refused = post(system, body(b"x"))
    assert (refused.json()["message"], None) == REFUSALS["SIGNER_DISABLED"]
    dry = {
        "Authorization": f"Bearer {system.state.token_of('load')}",
        "Content-Type": "application/json",
    }
    request = json.dumps(body(b"x")).encode()
    assert told(system.call("POST", "/edge-sign?dry_run=1", request, dry)) == KILLED
    assert told(post(system, body(b"x"), Authorization="Bearer guess"))[0] == 401
    assert calls(system, "kms.Sign") == signed

    with load(system) as last:
        flags(system, "set", "kill_switch", "false")
        wait_for(lambda: set(last(50)) == {SIGNED})
    wait_for(lambda: told_by_each(system) == {SIGNED})


def modes(system: Running, tenant: str) -> set[str]:
    """Give the ways in which the workers sign for a tenant."""
    answers = answers_of_each(system, tenant)
    return {answer.json().get("signing_mode", "refused") for answer in answers}


def test_the_edge_switched_off_leaves_signing_to_the_central_signer(system: Running) -> None:
    flags(system, "set", "edge_disabled_tenants", "load")
    wait_for(lambda: modes(system, "load") == {"central-fallback"})
    assert "central-fallback" not in modes(system, "acme")
    flags(system, "set", "edge_signer_enabled", "false")
    flags(system, "unset", "edge_disabled_tenants")
    wait_for(lambda: modes(system, "acme") == {"central-fallback"})
    assert modes(system, "load") == {"central-fallback"}


def test_the_allowlist_is_changed_and_returns_to_its_default(system: Running) -> None:
    flags(system, "set", "tenant_allowlist", "acme, newcorp")
    wait_for(lambda: told_by_each(system) == {(403, "TENANT_NOT_ALLOWED")})
    signed = calls(system, "kms.Sign")
    assert "allowlist" in post(system, body(b"x")).json()["message"]
    assert calls(system, "kms.Sign") == signed
    assert post(system, body(b"x"), tenant="acme").status == 200
    flags(system, "unset", "tenant_allowlist")
    wait_for(lambda: told_by_each(system) == {SIGNED})


def test_a_smaller_request_and_a_shorter_wait_for_kms(system: Running) -> None:
    flags(system, "set", "max_payload_size", "2000")
    flags(system, "set", "kms_timeout_ms", "300")
    large = body(b"x", assertions={"com.example": {"a": "x" * 2000}})
    wait_for(lambda: told(post(system, large)) == (413, "REQUEST_TOO_LARGE"))
    assert post(system, large).json()["message"] == "A request has at most 2000 bytes."
    inject(system, {"service": "kms", "operation": "Sign", "delay_ms": 1000})
    wait_for(lambda: told_by_each(system) == {(503, "KMS_UNAVAILABLE")})


def test_without_ssm_the_last_flags_serve_and_a_broken_one_is_told(system: Running) -> None:
    name = f"{FOLDER}/kill_switch"
    system.client("ssm").put_parameter(Name=name, Type="String", Value="perhaps")
    line = "flag ignored: kill_switch takes true or false"
    wait_for(lambda: told_by_each(system) and line in system.log("edge-signer-dev-sign"))
    assert told_by_each(system) == {SIGNED}
    inject(system, {"service": "ssm", "operation": "GetParametersByPath", "status": 500})
    before = calls(system, "ssm.GetParametersByPath")

    def every_worker_asked_again() -> bool:
        assert told_by_each(system) == {SIGNED}
        return calls(system, "ssm.GetParametersByPath") >= before + WORKERS

    wait_for(every_worker_asked_again)
    assert told_by_each(system) == {SIGNED}


def test_without_a_first_answer_of_ssm_the_edge_stays_off(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("state"))) as fresh:
        inject(fresh, {"service": "ssm", "operation": "GetParametersByPath", "status": 500})
        for _ in range(2):
            assert told(post(fresh, body(b"x"))) == (503, "STORE_UNAVAILABLE")
        assert calls(fresh, "kms.Sign") == 0
        inject(fresh)
        wait_for(lambda: told(post(fresh, body(b"x"))) == SIGNED)
