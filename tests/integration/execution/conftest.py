from __future__ import annotations

from collections.abc import Iterator

import pytest

from edge_signer.execution.sandbox.sandbox import Sandbox
from emulator.aws.services import in_process_services, moto_host
from emulator.stack.resources import Services
from tests.jobs.job_services import NAME
from tests.media.sample_assets import EXAMPLES
from tests.system.dynamodb_tables import make_table


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def hello() -> bytes:
    return (EXAMPLES / "hello.wasm").read_bytes()


@pytest.fixture(scope="session")
def aws() -> Services:
    """DynamoDB and S3 with a table and a bucket of jobs."""
    services = in_process_services(moto_host())
    make_table(services.dynamodb, NAME, "id")
    services.s3.create_bucket(Bucket=NAME)
    return services
