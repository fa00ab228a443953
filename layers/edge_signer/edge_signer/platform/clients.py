"""Clients of AWS services, one a service and region for the life of the execution environment."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from botocore.client import BaseClient

Service = Literal["kms", "s3", "ssm", "dynamodb"]

CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 2.0


@lru_cache(maxsize=1)
def _session() -> Any:
    import botocore.session

    return botocore.session.Session()


@lru_cache
def client(service: Service, region: str) -> BaseClient:
    """Give the client of a service in a region.

    botocore's own retries are off for KMS: whether a signature is worth another attempt depends on
    the request's deadline, which botocore does not know.
    """
    from botocore.config import Config

    attempts = 1 if service == "kms" else 3
    return _session().create_client(
        service,
        region_name=region,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            tcp_keepalive=True,
        ),
    )
