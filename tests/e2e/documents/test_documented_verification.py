"""What the documents say of verification, held against what comes, and their code, run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import uuid
from typing import Any

import jsonschema_rs
import pytest

from cli.openapi.document import openapi_document
from cli.openapi.verification import EXAMPLES
from edge_signer.http.wire_formats import MAX_EVENT_BYTES
from edge_signer.verification.submissions import object_stream, uploads
from tests.calls.verify_requests import in_base64, post_verify
from tests.conftest import ROOT
from tests.e2e.conftest import body, post
from tests.e2e.documents.test_documented_jobs import described, require_conforming
from tests.system.running import Running

DOCUMENT = openapi_document()
GUIDE = (ROOT / "docs/verification.md").read_text()
#: Errors that only verification has.
OF_VERIFICATION = {"NO_CRJSON", "UNKNOWN_MANIFEST", "UNKNOWN_UPLOAD", "VERIFICATION_DISABLED"}
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_documented_request_gets_a_verdict(system: Running, name: str) -> None:
    request = EXAMPLES[name]["value"]
    components = {"schemas": DOCUMENT["components"]["schemas"]}
    schema = {"$ref": "#/components/schemas/VerifyRequest", "components": components}
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(request)
    answer = post_verify(system, request)
    assert answer.json()["verdict"] == {"inline": "NoCredentials", "digest": "Unreadable"}[name]
    require_conforming(answer, described("/verify", "post", 200))


def test_answers_are_what_the_document_says(system: Running, drawing: bytes) -> None:
    store = post(system, body(drawing)).json()["manifest"]
    png: dict[str, Any] = {"media_type": "image/png", "asset_inline": in_base64(drawing)}
    url = f"{system.state.url}/manifests/load/sha256/{'1' * 64}.c2pa"
    digest = hashlib.sha256(drawing).hexdigest()
    unknown = {"media_type": "image/png", "upload_id": str(uuid.uuid4())}
    for status, target, asked in (
        (200, "/verify", {**png, "manifest": store}),
        (200, "/verify?crjson=1", {**png, "manifest": store}),
        (422, "/verify?crjson=1", png),
        (404, "/verify", unknown),
        (404, "/verify", {"asset_sha256": digest, "manifest_url": url}),
        (200, "/verify/uploads", {}),
    ):
        answer = post_verify(system, asked, target=target)
        assert answer.status == status, answer
        require_conforming(answer, described(target.partition("?")[0], "post", status))


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_does_what_the_page_says(system: Running, number: int) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    variables = {
        "PATH": os.environ["PATH"],
        "EDGE_SIGNER_URL": system.state.url,
        "EDGE_SIGNER_TOKEN": system.state.token_of("load"),
    }
    ended = subprocess.run(
        ["sh", "-euc", BLOCKS[number]],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout).keys() & {"verdict", "upload_id"}


def test_the_page_states_the_limits_that_the_code_has() -> None:
    assert f"{uploads.MAX_UPLOAD_BYTES // 1024**3} GiB" in GUIDE
    assert f"{uploads.max_bytes_of('image/jpeg') // 1024**2} MiB of `image/jpeg`" in GUIDE
    assert f"c2pa-rs reads | {uploads.MAX_ENGINE_BYTES // 1024**2} MiB." in GUIDE
    assert f"{object_stream.READING_S:g} s from the start" in GUIDE
    ranges = uploads.MAX_UPLOAD_BYTES // object_stream.RANGE_BYTES
    assert f"ranges of {object_stream.RANGE_BYTES // 1024**2} MiB" in GUIDE
    assert f"at most {ranges} requests to S3" in GUIDE
    assert f"within {uploads.FORM_S // 60} minutes" in GUIDE
    assert f"a request | {MAX_EVENT_BYTES // 1024**2} MiB for the whole event" in GUIDE
