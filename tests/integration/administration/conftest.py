from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from edge_signer.administration.audit_trail import AuditTrail, Caller
from edge_signer.administration.flag_parameters import Turn
from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.http.message import Request
from emulator.stack.resources import Services
from tests.system.dynamodb_tables import make_table


class Office:
    """A bucket and a folder of parameters of the test's own, in the emulator's services."""

    def __init__(self, host: ServiceHost, aws: Services) -> None:
        self.host = host
        self.aws = aws
        self.bucket = f"bucket-{uuid4()}"
        self.folder = f"/edge-signer/{uuid4()}"
        aws.s3.create_bucket(Bucket=self.bucket)
        self.trail = AuditTrail(aws.s3, self.bucket)
        self.table = f"requests-{uuid4()}"
        make_table(aws.dynamodb, self.table, "id")

    def turn(self, patience_s: float = 5.0) -> Turn:
        return Turn(self.aws.dynamodb, self.table, patience_s=patience_s)

    def caller(self) -> Caller:
        return Caller("ada", str(uuid4()))

    def entries(self) -> list[dict[str, Any]]:
        found = self.aws.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        keys = sorted(one["Key"] for one in found)
        return [
            json.loads(self.aws.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
            for key in keys
        ]

    def put(self, name: str, value: str) -> int:
        answer = self.aws.ssm.put_parameter(
            Name=f"{self.folder}/{name}", Value=value, Type="String", Overwrite=True
        )
        return int(answer["Version"])

    def value(self, name: str) -> str:
        found = self.aws.ssm.get_parameter(Name=f"{self.folder}/{name}")
        value: str = found["Parameter"]["Value"]
        return value

    def faults(self, *rules: dict[str, Any]) -> None:
        body = json.dumps(rules).encode()
        assert self.host.answer(Request("PUT", "/_emulator/faults", body=body)).status == 204


@pytest.fixture(scope="session")
def host() -> ServiceHost:
    return moto_host()


@pytest.fixture
def office(host: ServiceHost) -> Iterator[Office]:
    office = Office(host, in_process_services(host))
    yield office
    office.faults()
