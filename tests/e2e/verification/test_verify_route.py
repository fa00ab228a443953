"""POST /verify over HTTP: verdicts, uploads, who may ask, and what a crash does."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import struct
import time
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edge_signer.verification.report import VerificationReport
from tests.calls.verify_requests import in_base64, new_form, post_verify, send_form, upload
from tests.e2e.conftest import Faults, body, calls, day_count, post, processes_of
from tests.media.sample_assets import jpeg, png
from tests.signers.embedding import embed
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.processes import is_known
from tests.system.raw_server import answering, raw_server
from tests.system.running import Answer, Running
from tests.system.waiting import wait_for

JPEG = {"media_type": "image/jpeg"}
DAY_S = 86_400
PAGE = "https://desk.example.com"


@pytest.fixture(scope="module")
def asset() -> bytes:
    """A photograph of the module's own."""
    return jpeg() + b"of this module"


@pytest.fixture(scope="module")
def signed(system: Running, asset: bytes) -> dict[str, Any]:
    answer = post(system, body(asset))
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def ready(system: Running, asset: bytes) -> Running:
    """The system, in which the worker that is asked next has read the trust lists."""
    report_of(post_verify(system, {**JPEG, "asset_inline": in_base64(asset)}))
    return system


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def told(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.json().get("code")


def report_of(answer: Answer) -> VerificationReport:
    assert answer.status == 200, answer
    return VerificationReport.model_validate_json(answer.body)


def test_what_the_signer_signed_is_trusted_however_it_is_handed_in(
    system: Running, asset: bytes, signed: dict[str, Any]
) -> None:
    inline = {**JPEG, "asset_inline": in_base64(asset)}
    url = signed["manifest_url"]
    for one in (
        {**inline, "manifest": signed["manifest"]},
        {**inline, "manifest_url": url},
        {**JPEG, "upload_id": upload(system, asset), "manifest_url": url},
    ):
        report = report_of(post_verify(system, one))
        assert (report.verdict, report.trusted) == ("Trusted", True), report
        assert [one.name for one in report.trust_lists if one.is_development]
    digest = {"asset_sha256": hashlib.sha256(asset).hexdigest(), "manifest_url": url}
    assert report_of(post_verify(system, digest)).trusted
    # Anybody may fetch a manifest, so another tenant may have it verified.
    assert report_of(post_verify(system, {**inline, "manifest_url": url}, "acme")).trusted


def test_another_file_is_not_trusted_and_a_plain_one_has_no_credentials(
    system: Running, asset: bytes, signed: dict[str, Any]
) -> None:
    changed = {**JPEG, "asset_inline": in_base64(asset + b"x")}
    report = report_of(post_verify(system, {**changed, "manifest": signed["manifest"]}))
    assert (report.verdict, report.trusted) == ("Invalid", False)
    assert "assertion.dataHash.mismatch" in {one.code for one in report.failures}
    assert report_of(post_verify(system, changed)).verdict == "NoCredentials"
    garbage = {**changed, "manifest": in_base64(b"no manifest store")}
    assert report_of(post_verify(system, garbage)).verdict == "Unreadable"


def test_crjson_is_there_for_who_asks_for_it(
    system: Running, asset: bytes, signed: dict[str, Any]
) -> None:
    inline = {**JPEG, "asset_inline": in_base64(asset)}
    target = "/verify?crjson=1"
    with_store = {**inline, "manifest": signed["manifest"]}
    answer = post_verify(system, with_store, target=target)
    assert (answer.status, len(answer.json()["manifests"])) == (200, 1)
    assert told(post_verify(system, inline, target=target)) == (422, "NO_CRJSON")
    odd = post_verify(system, inline, target="/verify?format=crjson")
    assert told(odd) == (400, "INVALID_REQUEST")


def test_an_upload_is_one_tenants_and_one_verdicts(
    system: Running, asset: bytes, signed: dict[str, Any]
) -> None:
    upload_id = upload(system, asset)
    asked = {**JPEG, "upload_id": upload_id, "manifest": signed["manifest"]}
    assert told(post_verify(system, asked, "acme")) == (404, "UNKNOWN_UPLOAD")
    assert report_of(post_verify(system, asked)).trusted
    assert told(post_verify(system, asked)) == (404, "UNKNOWN_UPLOAD")
    never = {**JPEG, "upload_id": str(uuid.uuid4())}
    assert told(post_verify(system, never)) == (404, "UNKNOWN_UPLOAD")
    # A form is for its own key, and another tenant's is not in it.
    form = new_form(system)
    form["fields"]["key"] = f"uploads/acme/{form['upload_id']}"
    assert send_form(form, asset) == 403


def test_a_large_upload_is_read_in_ranges(
    ready: Running, workshop: Workshop, tmp_path: Path
) -> None:
    plain, signed = tmp_path / "plain", tmp_path / "signed"
    plain.write_bytes(png()[:33] + chunk(b"prVt", os.urandom(20 * 1024 * 1024)) + png()[33:])
    with plain.open("rb") as source, signed.open("w+b") as target:
        embed(workshop, source, target)
    upload_id = upload(ready, signed.read_bytes())
    before = calls(ready, "s3.GetObject")
    answer = post_verify(ready, {"media_type": "image/png", "upload_id": upload_id})
    assert report_of(answer).verdict == "Valid"
    assert report_of(answer).judged.size_bytes == signed.stat().st_size
    assert calls(ready, "s3.GetObject") == before + 3


FOREIGN = [
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/manifests/load/sha256/" + "0" * 64 + ".c2pa",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_an_address_elsewhere_is_refused(system: Running, url: str) -> None:
    asked = {"asset_sha256": "0" * 64, "manifest_url": url}
    before = calls(system, "s3.GetObject")
    assert told(post_verify(system, asked)) == (400, "INVALID_REQUEST")
    # Other tests sign the digest of zeros.
    missing = f"{system.state.url}/manifests/load/sha256/{os.urandom(32).hex()}.c2pa"
    asked["manifest_url"] = missing
    assert told(post_verify(system, asked)) == (404, "UNKNOWN_MANIFEST")
    assert calls(system, "s3.GetObject") == before + 1


def test_a_file_that_names_credentials_elsewhere_makes_nobody_fetch_them(
    system: Running, workshop: Workshop
) -> None:
    with raw_server(answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) as server:
        url = f"http://127.0.0.1:{server.port}/somewhere.c2pa"
        file = signed_by_c2pa_rs(workshop, jpeg(), remote_url=url, embed=False).asset
        report = report_of(post_verify(system, {**JPEG, "asset_inline": in_base64(file)}))
        assert server.requests == []
    assert (report.verdict, report.judged.credentials) == ("NoCredentials", "remote")
    assert report.judged.source == url


@pytest.mark.parametrize("target", ["/verify", "/verify/uploads"])
def test_who_may_not_call_is_refused_before_anything_is_read(system: Running, target: str) -> None:
    before = calls(system, "s3.GetObject")
    unknown = post_verify(system, {}, target=target, Authorization="Bearer guess")
    assert told(unknown) == (401, "UNAUTHENTICATED")
    other = post_verify(system, {}, target=target, **{"X-Tenant-ID": "acme"})
    assert told(other) == (403, "TENANT_NOT_ALLOWED")
    assert told(post_verify(system, b"{", target=target)) == (400, "INVALID_JSON")
    assert told(post_verify(system, {"colour": 1}, target=target)) == (400, "INVALID_REQUEST")
    text = post_verify(system, {}, target=target, **{"Content-Type": "text/plain"})
    assert told(text) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert told(system.call("GET", target)) == (405, "METHOD_NOT_ALLOWED")
    assert calls(system, "s3.GetObject") == before


def test_verifications_count_towards_the_limits_of_signing(system: Running) -> None:
    before, began = day_count(system, "acme"), time.time() // DAY_S
    limits = post_verify(system, {}, "acme", target="/verify/uploads").headers
    assert limits["ratelimit-policy"].startswith('"burst";q=10;w=1')
    signed = post(system, body(b"counted"), "acme").headers
    assert signed["ratelimit-policy"] == limits["ratelimit-policy"]
    if time.time() // DAY_S != began:
        pytest.skip("midnight passed")
    assert day_count(system, "acme") == before + 2


def test_pages_of_the_deployment_may_call(system: Running) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    answer = system.call("OPTIONS", "/verify/uploads", headers=asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    bucket = "edge-signer-dev-uploads-123456789012-us-east-1"
    (rule,) = system.client("s3").get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://*.example.com"]
    assert rule["AllowedMethods"] == ["POST"]


def test_a_worker_that_a_file_kills_takes_one_request_with_it(
    system: Running, faults: Faults, asset: bytes
) -> None:
    upload_id = upload(system, asset)
    asked = {**JPEG, "upload_id": upload_id}
    faults({"service": "s3", "operation": "GetObject", "delay_ms": 1500})
    before = calls(system, "s3.GetObject")
    with ThreadPoolExecutor(1) as client:
        pending = client.submit(post_verify, system, asked)
        wait_for(lambda: calls(system, "s3.GetObject") > before)
        workers = processes_of(system, "verify")
        for worker in workers:
            os.kill(worker, signal.SIGSEGV)
        answer = pending.result()
    wait_for(lambda: not any(is_known(worker) for worker in workers))
    assert (answer.status, answer.json()["code"]) == (500, "INTERNAL")
    faults()
    # The upload is still there.
    assert report_of(post_verify(system, asked)).verdict == "NoCredentials"


def test_the_log_has_the_verdict_and_nothing_of_the_file(
    system: Running, asset: bytes, signed: dict[str, Any]
) -> None:
    request_id = str(uuid.uuid4())
    asked = {**JPEG, "asset_inline": in_base64(asset), "manifest": signed["manifest"]}
    post_verify(system, asked, **{"X-Request-ID": request_id})
    lines = map(json.loads, system.log("edge-signer-dev-verify").splitlines())
    (line,) = (one for one in lines if one.get("request_id") == request_id)
    assert (line["route"], line["verdict"], line["tenant_id"]) == (
        "POST /verify",
        "Trusted",
        "load",
    )
