"""What the functions ask of AWS, path by path, is what the template allows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.stack.template import translate
from emulator.system import Settings
from tests.calls.verify_requests import post_verify, upload
from tests.conftest import ROOT
from tests.e2e.conftest import body, inject, inline_body, post
from tests.e2e.operations.administration import admin
from tests.guards.template_guard import allowed_actions
from tests.jobs.job_requests import HELLO, get_job, job_request, post_job, put_module
from tests.system.running import Running, call, running

# Operations whose permission has another name (Service Authorization Reference).
ACTIONS = {
    "lambda:Invoke": {"lambda:InvokeFunction"},
    "s3:HeadObject": {"s3:GetObject"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "dynamodb:TransactGetItems": {"dynamodb:GetItem"},
    "dynamodb:TransactWriteItems": {"dynamodb:PutItem", "dynamodb:UpdateItem"},
}
# No service of AWS, and so in nobody's permissions.
OTHERS = {"tsa:TimeStamp"}


def called(system: Running) -> set[str]:
    counted = call(system.state.aws_endpoint, "GET", "/_emulator/calls").json()
    operations = {name.replace(".", ":") for name in counted} - OTHERS
    return {action for one in operations for action in ACTIONS.get(one, {one})}


def excess(done: set[str], document: dict[str, Any]) -> list[str]:
    allowed = allowed_actions(document)
    return sorted(one for one in done if one.lower() not in allowed)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of which nobody asks AWS anything but its functions."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("busy"))) as system:
        yield system


def test_functions_call_what_they_may_and_nothing_else(busy: Running, drawing: bytes) -> None:
    statuses = [
        post(busy, body(drawing)).status,
        post(busy, inline_body(drawing), "acme").status,
        post(busy, body(drawing, tsa=True)).status,
        *(post(busy, body(drawing), **{"Idempotency-Key": "again"}).status for _ in range(2)),
        post(busy, {"asset_sha256": "no"}, **{"Idempotency-Key": "refused"}).status,
        post(busy, body(drawing), Authorization="Bearer nobody").status,
        busy.call("POST", "/edge-sign?dry_run=1", b"{}").status,
        busy.call("GET", "/elsewhere").status,
        busy.call("GET", "/health?deep=1", headers={"X-Admin-Token": "guess"}).status,
        busy.call("GET", "/health?deep=1").status,
    ]
    job, unknown = job_request(HELLO, "x"), job_request(HELLO, wasm_bytes=None)
    statuses += [
        post_job(busy, unknown).status,
        put_module(busy, HELLO).status,
        *(post_job(busy, job).status for _ in range(2)),
        get_job(busy, job["job_id"]).status,
        busy.call("GET", "/keys").status,
    ]
    upload_id = upload(busy, drawing)
    asked = {"media_type": "image/png", "upload_id": upload_id}
    digest = {"asset_sha256": hashlib.sha256(drawing).hexdigest()}
    url = f"{busy.state.url}/manifests/load/sha256/{digest['asset_sha256']}.c2pa"
    statuses += [
        post_verify(busy, {**digest, "manifest_url": url}).status,
        post_verify(busy, {**digest, "manifest_url": f"{url}?versionId=none"}).status,
        *(post_verify(busy, asked).status for _ in range(2)),
    ]
    inject(busy, {"service": "kms", "operation": "Sign", "error_code": "ThrottlingException"})
    statuses.append(post(busy, body(drawing), **{"Idempotency-Key": "failed"}).status)
    unsigned = job_request(HELLO, "unsigned")
    statuses.append(post_job(busy, unsigned).status)
    inject(busy)
    statuses.append(post_job(busy, unsigned).status)
    assert statuses == [
        *(200, 200, 200, 200, 200, 400, 401, 401, 404, 401, 200),
        *(422, 200, 200, 200, 200, 200, 200, 404, 200, 404, 429, 429, 200),
    ]
    changes = [
        admin(busy, "flags", {"flag": "tenant_allowlist", "tenant_id": "x", "value": True}),
        admin(busy, "circuit-breaker", {"action": "reset", "service": "kms"}),
        admin(busy, "rate-limiter", {"action": "clear", "tenant_id": "load"}),
        admin(busy, "chaos", {"enabled": False}),
    ]
    assert [answer.status for answer in changes] == [200] * 4

    document = translate(
        (ROOT / "template.yaml").read_text(), {"ManifestBaseUrl": busy.state.url}, ROOT
    )
    done = called(busy)
    assert {"kms:Sign", "kms:GetPublicKey", "s3:PutObject", "ssm:GetParameter"} <= done
    assert {"kms:DescribeKey", "s3:ListBucket", "dynamodb:BatchGetItem"} <= done
    assert "s3:DeleteObject" in done
    assert excess(done, document) == []
    # And were one of them taken away, it would be seen.
    for action in done:
        less = json.loads(json.dumps(document).replace(f'"{action}"', '"none:None"'))
        assert excess(done, less) == [action]
