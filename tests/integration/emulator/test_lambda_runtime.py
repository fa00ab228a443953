from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.system.processes import has_ended, is_known
from tests.system.running import Answer, Running
from tests.system.waiting import wait_for


def misbehave(system: Running, **body: str) -> Answer:
    return system.call("POST", "/misbehave", body)


def meet(system: Running, room: Path, path: str = "/meet") -> Answer:
    return system.call("POST", path, {"room": str(room)})


def assert_failure_of_our_shape(answer: Answer) -> None:
    assert answer.status == 500
    assert answer.json() == {
        "message": "Internal Server Error",
        "error": "Internal error",
        "code": "INTERNAL",
    }


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Where workers meet; its door is shut."""
    os.mkfifo(tmp_path / "door")
    return tmp_path


def present(room: Path) -> int:
    return len(list(room.glob("[0-9]*")))


@contextmanager
def opened(room: Path) -> Iterator[None]:
    """Hold the door open: those who wait leave, and who comes goes through."""
    door = os.open(room / "door", os.O_RDWR)
    try:
        yield
    finally:
        os.close(door)


def test_requests_at_once_are_served_by_a_worker_each(system: Running, room: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        meeting = [threads.submit(meet, system, room) for _ in range(4)]
        wait_for(lambda: present(room) == 4)
        with opened(room):
            answers = [one.result() for one in meeting]

    assert [answer.status for answer in answers] == [200] * 4
    assert len({answer.json()["pid"] for answer in answers}) == 4


def test_requests_beyond_the_limit_wait_their_turn(system: Running, room: Path) -> None:
    with ThreadPoolExecutor(12) as threads, opened(room):
        answers = list(threads.map(lambda _: meet(system, room), range(12)))

    assert [answer.status for answer in answers] == [200] * 12
    assert len({answer.json()["pid"] for answer in answers}) <= 4


def test_a_worker_is_used_again(system: Running) -> None:
    first = system.call("GET", "/echo").json()
    second = system.call("GET", "/echo").json()

    assert first["pid"] == second["pid"]
    assert first["request_id"] != second["request_id"]


def test_a_function_at_its_reserved_concurrency_is_throttled(system: Running, room: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(meet, system, room, "/reserved")
        wait_for(lambda: present(room))

        throttled = meet(system, room, "/reserved")

        with opened(room):
            assert busy.result().status == 200
    assert (throttled.status, throttled.json()) == (503, {"message": "Service Unavailable"})


def test_a_worker_that_takes_too_long_is_killed_with_its_children(
    system: Running, tmp_path: Path
) -> None:
    answer = misbehave(system, how="hang", note=str(tmp_path / "pids"))

    assert (answer.status, answer.json()) == (503, {"message": "Service Unavailable"})
    worker, child = json.loads((tmp_path / "pids").read_text())
    wait_for(lambda: has_ended(worker) and has_ended(child))
    assert any("Task timed out after 1.00 seconds" in line for line in system.notes.notices)
    assert misbehave(system).json()["pid"] != worker


def test_a_worker_killed_in_the_middle_fails_one_request_only(
    system: Running, tmp_path: Path
) -> None:
    note = tmp_path / "pids"
    request_id = str(uuid4())
    headers = {"X-Request-ID": request_id}
    body = {"how": "hang", "note": str(note)}
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(system.call, "POST", "/misbehave", body, headers)
        wait_for(note.exists)
        worker, _ = json.loads(note.read_text())
        os.kill(worker, signal.SIGKILL)
        answer = hanging.result()

    assert_failure_of_our_shape(answer)
    assert answer.headers["x-request-id"] == request_id
    assert any("killed by signal 9" in line for line in system.notes.notices)
    assert misbehave(system).status == 200


def test_a_worker_that_dies_while_idle_is_replaced(system: Running) -> None:
    worker = misbehave(system).json()["pid"]
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not is_known(worker))

    answer = misbehave(system)

    assert answer.status == 200
    assert answer.json()["pid"] != worker


@pytest.mark.parametrize("how", ["exit", "raise", "body", "huge"])
def test_a_failed_function_is_a_500_of_our_shape(system: Running, how: str) -> None:
    answer = misbehave(system, how=how)

    assert_failure_of_our_shape(answer)
    assert answer.headers["x-request-id"]
    assert misbehave(system).status == 200


def test_a_function_cannot_split_the_response(system: Running) -> None:
    answer = misbehave(system, how="header")

    assert answer.status == 500
    assert "b" not in answer.headers


def test_a_function_that_cannot_start_is_one_clear_line(system: Running) -> None:
    answer = system.call("GET", "/broken")

    assert_failure_of_our_shape(answer)
    (line,) = {line for line in system.notes.notices if "BrokenFunction" in line}
    assert "cannot start: RuntimeError: this module cannot be imported" in line
    assert "\n" not in line


def test_a_worker_sees_lambdas_variables_and_its_own_and_no_others(
    system: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DEVELOPER", "1")

    environment = system.call("GET", "/echo").json()["environment"]

    # Python itself sets LC_CTYPE where the locale that Lambda names is not installed.
    assert environment.keys() - {"LC_CTYPE"} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "KEY_ARN",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "MANIFEST_BASE_URL",
        "PATH",
        "PYTHONPATH",
        "TABLE",
        "TZ",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
    assert environment["AWS_ENDPOINT_URL"] == system.state.aws_endpoint
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert environment["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert environment["MANIFEST_BASE_URL"] == f"{system.state.url}/manifests"
    assert environment["TABLE"] == "tenants"
    assert environment["KEY_ARN"].startswith("arn:aws:kms:us-east-1:123456789012:key/")


def test_an_invocation_knows_its_layer_arn_deadline_and_trace(system: Running) -> None:
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"

    answer = system.call("GET", "/echo", headers={"X-Amzn-Trace-Id": trace}).json()

    assert answer["greeting"] == "hello from the layer"
    assert answer["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:test-echo"
    assert 0 < answer["remaining_ms"] <= 20_000
    assert answer["environment"]["_X_AMZN_TRACE_ID"] == trace


def test_what_a_function_prints_is_in_its_log(system: Running) -> None:
    system.call("GET", "/echo")

    log = Path(system.state.anchors).parent / "logs" / "test-echo.log"
    assert "an echo" in log.read_text()
