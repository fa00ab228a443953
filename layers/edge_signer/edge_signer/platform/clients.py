"""Clients of AWS services, one a service and region for the life of the execution environment."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from botocore.client import BaseClient

Service = Literal["kms", "s3", "ssm", "dynamodb", "lambda"]

#: All that is asked of each, by AWS's names: the layer has botocore's descriptions of these alone.
OPERATIONS: dict[Service, frozenset[str]] = {
    "kms": frozenset({"DescribeKey", "GetPublicKey", "Sign"}),
    # CreateSession and HeadBucket are botocore's own, for buckets of another kind or region.
    "s3": frozenset({"CreateSession", "GetObject", "HeadBucket", "ListObjectsV2", "PutObject"}),
    "ssm": frozenset({"GetParameter", "GetParametersByPath", "PutParameter"}),
    "dynamodb": frozenset({"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"}),
    "lambda": frozenset({"Invoke"}),
}

CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUTS_S: dict[Service, float] = {
    "kms": 2.0,
    "s3": 3.0,
    "ssm": 1.0,
    "dynamodb": 2.0,
    "lambda": 5.0,
}
# What one more attempt is worth depends on the request's deadline, which botocore does not know;
# and a late second PutObject would make a version that nobody was told of. Reads of SSM are part of
# somebody's request, several of one, and there are mostly values to go on with.
ATTEMPTS: dict[Service, int] = {"kms": 1, "s3": 1, "ssm": 2, "dynamodb": 3, "lambda": 1}


@lru_cache(maxsize=1)
def _session() -> Any:
    import botocore.session

    return botocore.session.Session()


@lru_cache
def client(
    service: Service,
    region: str,
    *,
    timeout_s: float | None = None,
    attempts: int | None = None,
) -> BaseClient:
    """Give the client of a service in a region.

    Args:
        service: For instance kms.
        region: For instance eu-central-1.
        timeout_s: To wait for an answer, and at most that to connect; None for the usual ones.
        attempts: How often a call is tried; None for the service's usual number.
    """
    from botocore.config import Config

    return _session().create_client(
        service,
        region_name=region,
        config=Config(
            connect_timeout=min(CONNECT_TIMEOUT_S, timeout_s or CONNECT_TIMEOUT_S),
            read_timeout=timeout_s or READ_TIMEOUTS_S[service],
            retries={"total_max_attempts": attempts or ATTEMPTS[service], "mode": "standard"},
            tcp_keepalive=True,
        ),
    )
