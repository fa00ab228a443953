from __future__ import annotations

import pytest

from emulator.aws.service_call import identify
from emulator.http.message import Request


def signed(service: str) -> tuple[str, str]:
    scope = f"Credential=me/20260101/us-east-1/{service}/aws4_request"
    return "authorization", f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"


@pytest.mark.parametrize(
    ("service", "target", "name"),
    [
        ("kms", "TrentService.Sign", "kms.Sign"),
        ("dynamodb", "DynamoDB_20120810.GetItem", "dynamodb.GetItem"),
        ("ssm", "AmazonSSM.GetParametersByPath", "ssm.GetParametersByPath"),
    ],
)
def test_a_json_protocol_names_its_operation(service: str, target: str, name: str) -> None:
    call = identify(Request("POST", "/", (signed(service), ("x-amz-target", target))))

    assert str(call) == name
    assert call.region == "us-east-1"


@pytest.mark.parametrize(
    ("method", "target", "operation"),
    [
        ("PUT", "/bucket/tenant/sha256/00.c2pa", "PutObject"),
        ("GET", "/bucket/key?versionId=1", "GetObject"),
        ("GET", "/bucket/key?tagging", "GetObjectTagging"),
        ("HEAD", "/bucket/key", "HeadObject"),
        ("DELETE", "/bucket/key", "DeleteObject"),
        ("PUT", "/bucket/key?partNumber=1&uploadId=2", "UploadPart"),
        ("PUT", "/bucket", "CreateBucket"),
        ("PUT", "/bucket?versioning", "PutBucketVersioning"),
        ("GET", "/bucket?list-type=2&prefix=a", "ListObjectsV2"),
        ("GET", "/bucket?prefix=a", "ListObjects"),
        ("GET", "/", "ListBuckets"),
    ],
)
def test_s3_names_its_operation_by_method_path_and_query(
    method: str, target: str, operation: str
) -> None:
    assert str(identify(Request(method, target, (signed("s3"),)))) == f"s3.{operation}"


def test_a_functions_invocation_is_told_by_its_path() -> None:
    path = "/2015-03-31/functions/edge-signer-dev-fallback/invocations"
    assert str(identify(Request("POST", path, (signed("lambda"),)))) == "lambda.Invoke"


def test_a_copy_is_told_from_an_upload_by_its_header() -> None:
    headers = (signed("s3"), ("x-amz-copy-source", "/bucket/other"))

    assert identify(Request("PUT", "/bucket/key", headers)).operation == "CopyObject"
