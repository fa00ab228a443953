"""How tests ask after health, and what they expect of every answer."""

from __future__ import annotations

import os
import signal

import jsonschema_rs

from cli.openapi.document import openapi_document
from tests.e2e.conftest import processes_of
from tests.system.processes import is_known
from tests.system.running import Answer, Running
from tests.system.waiting import wait_for

DOCUMENT = openapi_document()
ANSWERS = DOCUMENT["paths"]["/health"]["get"]["responses"]


def renew(system: Running) -> None:
    """Have the next request meet a worker that has no report yet."""
    workers = processes_of(system, "health")
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not any(is_known(worker) for worker in workers))


def deep(system: Running, **headers: str) -> Answer:
    answer = system.call("GET", "/health?deep=1", headers=headers)
    schema = ANSWERS[str(answer.status)]["content"]["application/json"]["schema"]
    components = {"schemas": DOCUMENT["components"]["schemas"]}
    validator = jsonschema_rs.Draft202012Validator({**schema, "components": components})
    assert validator.is_valid(answer.json()), answer
    return answer


def as_operator(system: Running) -> dict[str, str]:
    return {"X-Admin-Token": system.state.admin_token}


def not_ok(answer: Answer) -> dict[str, str]:
    return {name: state for name, state in answer.json()["checks"].items() if state != "ok"}
