"""POST /edge-sign over HTTP, through real workers, to sidecars that others judge."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from pathlib import Path

import pytest

from edge_signer.signing.manifest.cbor_reader import read_cbor
from edge_signer.signing.manifest.manifest_reader import read_manifest
from tests.calls.documented_requests import DOCUMENTED_ASSERTIONS
from tests.conftest import ROOT
from tests.e2e.conftest import Faults, body, inline_body, post
from tests.judges.engines import JUDGES, Judge
from tests.judges.jumbf_reader import read_store
from tests.signers.software_signer import ACTIONS
from tests.system.running import Running

FORMATS = {"photograph": "image/jpeg", "drawing": "image/png"}


def sidecar(system: Running, asset: bytes, how: str) -> bytes:
    sent = body(asset) if how == "by hash" else inline_body(asset)
    answer = post(system, sent)
    assert answer.status == 200, answer
    return fetched(system, answer.json()["manifest_url"])


def fetched(system: Running, url: str) -> bytes:
    answer = system.call("GET", url.removeprefix(system.state.url))
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/c2pa"
    assert answer.headers["cache-control"] == "public, max-age=60"
    return answer.body


@pytest.fixture(scope="module", params=["by hash", "inline"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["photograph", "drawing"])
def asset(request: pytest.FixtureRequest, how: str) -> tuple[bytes, str]:
    if request.param == "photograph" and how == "inline":
        return (ROOT / "examples/rocket-small.jpg").read_bytes(), "image/jpeg"
    return request.getfixturevalue(request.param), FORMATS[request.param]


@pytest.fixture(scope="module")
def store(system: Running, asset: tuple[bytes, str], how: str) -> bytes:
    return sidecar(system, asset[0], how)


@pytest.mark.parametrize("judge", JUDGES)
def test_a_sidecar_is_trusted_and_one_changed_bit_anywhere_is_refused(
    system: Running, asset: tuple[bytes, str], store: bytes, judge: Judge
) -> None:
    content, media_type = asset
    anchors = Path(system.state.anchors).read_text()
    verdict = judge(content, media_type, store, anchors)
    assert verdict.trusted, verdict

    manifest = read_store(store).children[0]
    for part in (
        manifest.child("c2pa.assertions").children[0],
        manifest.child("c2pa.claim.v2"),
        manifest.child("c2pa.signature"),
    ):
        encoded = part.content[0][1]
        at = store.index(encoded) + len(encoded) - 5
        changed = store[:at] + bytes([store[at] ^ 1]) + store[at + 1 :]
        refused = judge(content, media_type, changed, anchors)
        assert refused.state in {"Invalid", "Unreadable"}, part.label
        assert refused.failures
    changed = content[:-40] + bytes([content[-40] ^ 1]) + content[-39:]
    refused = judge(changed, media_type, store, anchors)
    assert refused.state in {"Invalid", "Unreadable"}
    assert refused.failures


def test_the_answer_is_that_of_the_api_document(system: Running) -> None:
    request_id = str(uuid.uuid4())
    answer = post(
        system,
        body(b"asset", assertions=DOCUMENTED_ASSERTIONS, tenant_id="acme", tsa=False),
        tenant="acme",
        **{"X-Tenant-ID": "acme", "X-Request-ID": request_id},
    )
    digest = hashlib.sha256(b"asset").hexdigest()
    url = f"{system.state.url}/manifests/acme/sha256/{digest}.c2pa"

    answered = answer.json()
    assert answered.pop("p95_ms").keys() == {"wasm", "kms", "total"}
    assert answered.pop("kms_key_id").startswith("arn:aws:kms:us-east-1:")
    assert base64.b64decode(answered.pop("manifest")) == fetched(system, url)
    assert answered == {"manifest_url": url, "signing_mode": "edge-tbs+remote-es256"}
    headers = answer.headers
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"] == request_id
    assert headers["x-signing-mode"] == "edge-tbs+remote-es256"
    assert headers["link"] == f'<{url}>; rel="c2pa-manifest"'
    for name in ("x-cpu-time-ms", "x-kms-time-ms", "x-total-time-ms"):
        assert float(headers[name]) > 0


def test_a_title_stands_in_the_claim(system: Running) -> None:
    answer = post(system, {**body(b"titled"), "title": "Harbour, Zoë 😀"})
    store = fetched(system, answer.json()["manifest_url"])
    assert read_cbor(read_manifest(store).claim)["dc:title"] == "Harbour, Zoë 😀"


def test_signing_again_keeps_the_older_version(system: Running) -> None:
    first, second = (post(system, body(b"again")) for _ in range(2))
    url = second.json()["manifest_url"]
    versions = [answer.headers["x-manifest-version"] for answer in (first, second)]
    assert versions[0] != versions[1]

    s3 = system.client("s3")
    names = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    (bucket,) = [name for name in names if "-manifests-" in name]
    key = url.removeprefix(f"{system.state.url}/manifests/")
    assert key == f"load/sha256/{hashlib.sha256(b'again').hexdigest()}.c2pa"
    older, newer = (
        s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()
        for version in versions
    )
    assert older != newer
    assert fetched(system, url) == newer


def test_tenants_manifests_of_one_asset_lie_apart(system: Running) -> None:
    mine = post(system, body(b"shared"), tenant="acme").json()["manifest_url"]
    theirs = post(system, body(b"shared"), tenant="testcorp").json()["manifest_url"]
    assert mine.replace("/acme/", "/testcorp/") == theirs
    assert fetched(system, mine) != fetched(system, theirs)


def test_the_log_tells_of_a_failure_and_holds_no_token_and_no_asset(
    system: Running, faults: Faults
) -> None:
    secret_asset = b"an asset that nobody else may see, in full"
    request_id = str(uuid.uuid4())
    assert post(system, inline_body(secret_asset)).status == 200
    faults({"service": "s3", "operation": "PutObject", "error_code": "AccessDenied", "status": 403})
    failed = post(system, inline_body(secret_asset), **{"X-Request-ID": request_id})
    assert failed.status == 503

    logs = Path(system.state.anchors).parent / "logs"
    written = b"".join(log.read_bytes() for log in logs.iterdir())
    assert request_id.encode() in written
    assert b"AccessDenied" in written
    for secret in (
        *(tenant.token.encode() for tenant in system.state.tenants),
        system.state.admin_token.encode(),
        base64.b64encode(secret_asset),
        json.dumps(ACTIONS).encode(),
        b"digitalCapture",
    ):
        assert secret not in written
