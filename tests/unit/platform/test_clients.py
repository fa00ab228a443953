"""How long a service that hangs may keep a request."""

from __future__ import annotations

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from edge_signer.platform.clients import client
from edge_signer.platform.deadline import FALLBACK_S, REQUEST_S


def longest_s(service: str) -> float:
    """What one call may take where nobody answers, but for the delays between attempts."""
    config = client(service, "eu-central-1").meta.config
    return float(config.read_timeout * config.retries["total_max_attempts"])


def test_an_ssm_that_hangs_leaves_a_request_most_of_its_time() -> None:
    # A worker may have to read flags, policies and a chain for the same request.
    assert 3 * longest_s("ssm") < (REQUEST_S - FALLBACK_S) / 2


def test_no_service_may_keep_a_request_till_its_end() -> None:
    assert all(longest_s(one) < REQUEST_S / 2 for one in ("s3", "ssm", "dynamodb", "lambda"))


def test_a_stored_manifest_is_written_once() -> None:
    assert client("s3", "eu-central-1").meta.config.retries["total_max_attempts"] == 1


def test_s3_is_not_asked_whether_a_manifest_may_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    sent: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, MockRawResponse(b""))

    s3 = client.__wrapped__("s3", "eu-central-1")
    s3.meta.events.register("before-send.s3.PutObject", answer)
    s3.put_object(Bucket="manifests", Key="one.c2pa", Body=b"manifest")
    assert "Expect" not in sent[0].headers
