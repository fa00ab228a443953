"""Several workers at once, and what happens when one dies."""

from __future__ import annotations

import hashlib
import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.conftest import Faults, body, calls, post, sign_workers
from tests.system.processes import is_known
from tests.system.running import Running
from tests.system.waiting import wait_for


def test_eight_requests_at_once_are_served_by_several_workers(
    system: Running, faults: Faults
) -> None:
    faults({"service": "kms", "operation": "Sign", "delay_ms": 500})
    assets = [f"asset {number}".encode() for number in range(8)]
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda asset: post(system, body(asset)), assets))
    assert [answer.status for answer in answers] == [200] * 8
    assert len(sign_workers(system)) > 1
    for asset, answer in zip(assets, answers, strict=True):
        assert hashlib.sha256(asset).hexdigest() in answer.json()["manifest_url"]


def test_a_killed_worker_gives_an_error_of_our_shape_and_the_next_request_works(
    system: Running, faults: Faults
) -> None:
    faults({"service": "kms", "operation": "Sign", "delay_ms": 1500})
    before = calls(system, "kms.Sign")
    request_id = str(uuid.uuid4())
    with ThreadPoolExecutor(1) as client:
        pending = client.submit(post, system, body(b"killed"), **{"X-Request-ID": request_id})
        wait_for(lambda: calls(system, "kms.Sign") > before)
        workers = sign_workers(system)
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        answer = pending.result()
    # A worker whose end its parent has not heard of may still be given the next request.
    wait_for(lambda: not any(is_known(worker) for worker in workers))

    assert answer.status == 500
    assert answer.json().keys() >= {"error", "message", "code"}
    assert answer.json()["code"] == "INTERNAL"
    assert answer.headers["x-request-id"] == request_id
    path = f"/manifests/load/sha256/{hashlib.sha256(b'killed').hexdigest()}.c2pa"
    assert system.call("GET", path).status == 404

    faults()
    assert post(system, body(b"killed")).status == 200
    assert system.call("GET", path).status == 200
