"""What S3 does under a bucket policy that refuses others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.aws.services import in_process_services, moto_host

BUCKET = "under-a-policy"
REFUSALS: dict[str, dict[str, Any]] = {
    "without TLS": {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    "the CDN": {"Principal": {"Service": "cloudfront.amazonaws.com"}},
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_policy_that_refuses_others_refuses_no_function(case: str) -> None:
    s3 = in_process_services(moto_host()).s3
    refusal = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", **REFUSALS[case]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [refusal]})
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)

    s3.put_object(Bucket=BUCKET, Key="audit/1", Body=b"x")

    assert s3.get_object(Bucket=BUCKET, Key="audit/1")["Body"].read() == b"x"
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == json.loads(policy)
