"""Forms with which clients upload to S3: taken as they were signed, refused as S3 refuses them."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from urllib3.filepost import encode_multipart_formdata

from edge_signer.platform.clients import client
from emulator.account import ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN
from emulator.aws.form_upload import refusal
from emulator.http.message import Request
from tests.system.running import Running, aws_client

BUCKET, KEY = "form-uploads", "uploads/acme/one"
LARGEST = 1000


@pytest.fixture
def form(system: Running, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A form as a function makes it, for the emulator's S3."""
    aws_client("s3", system.state.aws_endpoint).create_bucket(Bucket=BUCKET)
    for name, value in (
        ("AWS_ENDPOINT_URL", system.state.aws_endpoint),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_SESSION_TOKEN", SESSION_TOKEN),
    ):
        monkeypatch.setenv(name, value)
    client.cache_clear()
    s3: Any = client("s3", "us-east-1")
    made: dict[str, Any] = s3.generate_presigned_post(
        BUCKET, KEY, Conditions=[["content-length-range", 1, LARGEST]], ExpiresIn=60
    )
    client.cache_clear()
    return made


def sent(form: dict[str, Any], file: bytes | None = b"content", **changes: Any) -> tuple[int, str]:
    fields = {**form["fields"], **changes, "file": None if file is None else ("x.jpg", file)}
    kept = {name: value for name, value in fields.items() if value is not None}
    answer = urllib3.PoolManager().request("POST", form["url"], fields=kept)
    code = re.search(rb"<Code>(\w+)</Code>", answer.data)
    return answer.status, code[1].decode() if code else ""


def test_a_form_as_it_was_signed_stores_the_file(system: Running, form: dict[str, Any]) -> None:
    file = bytes(range(256)) * 3 + b"\r\n--x\r\n"
    assert sent(form, file) == (204, "")
    stored = aws_client("s3", system.state.aws_endpoint).get_object(Bucket=BUCKET, Key=KEY)
    assert stored["Body"].read() == file


@pytest.mark.parametrize(
    ("file", "changes", "refused"),
    [
        (b"", {}, (400, "EntityTooSmall")),
        (bytes(LARGEST + 1), {}, (400, "EntityTooLarge")),
        (None, {}, (400, "InvalidArgument")),
        (b"x", {"key": "uploads/other/one"}, (403, "AccessDenied")),
        (b"x", {"acl": "public-read"}, (403, "AccessDenied")),
        (b"x", {"policy": None}, (400, "InvalidPolicyDocument")),
        (b"x", {"x-amz-signature": "0" * 64}, (403, "SignatureDoesNotMatch")),
        (b"x", {"x-amz-algorithm": None}, (403, "SignatureDoesNotMatch")),
    ],
)
def test_another_form_is_refused(
    form: dict[str, Any], file: bytes | None, changes: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert sent(form, file, **changes) == refused


def test_a_wider_policy_needs_another_signature(form: dict[str, Any]) -> None:
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    policy["conditions"][0][2] = 10**9
    wider = base64.b64encode(json.dumps(policy).encode()).decode()
    assert sent(form, bytes(LARGEST + 1), policy=wider) == (403, "SignatureDoesNotMatch")


def test_a_form_ends(form: dict[str, Any]) -> None:
    body, content_type = encode_multipart_formdata({**form["fields"], "file": ("x", b"x")})
    request = Request("POST", f"/{BUCKET}", (("content-type", content_type),), body)
    assert refusal(request) is None
    late = refusal(request, lambda: datetime.now(UTC) + timedelta(seconds=61))
    assert late is not None
    assert (late.status, b"Policy expired" in late.body) == (403, True)
