from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.system.running import Answer, Running, call

KEY_ID = "alias/edge-signer-test-signing"


def inject(system: Running, *rules: dict[str, Any]) -> Answer:
    body = json.dumps(rules).encode()
    return call(system.state.aws_endpoint, "PUT", "/_emulator/faults", body)


def calls(system: Running) -> Any:
    return call(system.state.aws_endpoint, "GET", "/_emulator/calls").json()


@pytest.fixture(autouse=True)
def no_faults_are_left(system: Running) -> Iterator[None]:
    yield
    assert inject(system).status == 204


@pytest.fixture
def kms(system: Running) -> Any:
    return system.client("kms")


def test_calls_are_counted_by_operation(system: Running) -> None:
    def count(name: str) -> float:
        found: float = calls(system).get(name, {"count": 0})["count"]
        return found

    keys, objects = count("kms.DescribeKey"), count("s3.ListObjectsV2")

    system.client("kms").describe_key(KeyId=KEY_ID)
    system.client("s3").list_objects_v2(Bucket="manifests")

    assert count("kms.DescribeKey") == keys + 1
    assert count("s3.ListObjectsV2") == objects + 1
    assert calls(system)["kms.DescribeKey"]["milliseconds"] > 0


def test_kms_can_be_throttled_a_number_of_times(system: Running, kms: Any) -> None:
    inject(
        system,
        {
            "service": "kms",
            "operation": "DescribeKey",
            "error_code": "ThrottlingException",
            "times": 1,
        },
    )

    with pytest.raises(ClientError) as caught:
        kms.describe_key(KeyId=KEY_ID)

    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert kms.describe_key(KeyId=KEY_ID)["KeyMetadata"]["Enabled"]


def test_s3_can_be_told_to_slow_down(system: Running) -> None:
    inject(system, {"service": "s3", "error_code": "SlowDown"})

    with pytest.raises(ClientError) as caught:
        system.client("s3").get_object(Bucket="manifests", Key="any")

    assert caught.value.response["Error"]["Code"] == "SlowDown"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_a_fault_of_one_service_leaves_the_others_alone(system: Running) -> None:
    inject(system, {"service": "kms", "status": 500})

    assert system.client("dynamodb").list_tables()["TableNames"] == ["tenants"]


def test_new_rules_replace_the_old_ones(system: Running, kms: Any) -> None:
    inject(system, {"service": "kms", "status": 500})
    inject(system)

    assert kms.list_aliases()["Aliases"]


def test_a_rule_with_a_mistake_is_refused(system: Running) -> None:
    answer = inject(system, {"service": "kms", "delay": 5})

    assert answer.status == 400
    assert answer.json()[0]["loc"] == [0, "delay"]
