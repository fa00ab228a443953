"""Clients of AWS services, and the error that a failure of S3, DynamoDB or SSM becomes.

There is one client for each service and region, for the life of the execution environment.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from edge_signer.platform.errors import StoreUnavailableError

if TYPE_CHECKING:
    from botocore.client import BaseClient

Service = Literal["kms", "s3", "ssm", "dynamodb", "lambda"]

#: The operations called, by AWS's names. The layer ships botocore's descriptions of only these.
OPERATIONS: dict[Service, frozenset[str]] = {
    "kms": frozenset({"DescribeKey", "GetPublicKey", "Sign"}),
    # CreateSession and HeadBucket are botocore's own, for buckets of another kind or region; and it
    # finds the address of an upload's form as that of CreateBucket.
    "s3": frozenset(
        {
            *("CreateBucket", "CreateSession", "DeleteObject", "GetObject", "HeadBucket"),
            *("HeadObject", "ListObjectVersions", "ListObjectsV2", "PutObject"),
        }
    ),
    "ssm": frozenset({"GetParameter", "GetParametersByPath", "PutParameter"}),
    "dynamodb": frozenset(
        {
            *("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "TransactWriteItems"),
            "UpdateItem",
        }
    ),
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
# Whether another attempt is worthwhile depends on the request's deadline, which botocore does not
# know. A late second PutObject would create a version that no answer mentions. SSM is read during
# requests, sometimes several times, and usually the last good values can serve instead.
ATTEMPTS: dict[Service, int] = {"kms": 1, "s3": 1, "ssm": 2, "dynamodb": 3, "lambda": 1}
# For forms that browsers send, botocore would still sign as before 2014 in some regions, and name
# the address that redirects to a bucket's region.
_FORMS: dict[Service, dict[str, Any]] = {
    "s3": {"signature_version": "s3v4", "s3": {"addressing_style": "virtual"}}
}


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
    """Return the client of a service in a region.

    Args:
        service: For instance kms.
        region: For instance eu-central-1.
        timeout_s: Read timeout in seconds, and an upper bound for the connect timeout; None for the
            service's defaults.
        attempts: Total attempts of each call; None for the service's default.
    """
    from botocore.config import Config
    from botocore.handlers import add_expect_header

    made: BaseClient = _session().create_client(
        service,
        region_name=region,
        config=Config(
            connect_timeout=min(CONNECT_TIMEOUT_S, timeout_s or CONNECT_TIMEOUT_S),
            read_timeout=timeout_s or READ_TIMEOUTS_S[service],
            retries={"total_max_attempts": attempts or ATTEMPTS[service], "mode": "standard"},
            tcp_keepalive=True,
            **_FORMS.get(service, {}),
        ),
    )
    if service == "s3":
        # It would ask S3 whether it may send a few KB, and wait for the answer.
        made.meta.events.unregister("before-call.s3", add_expect_header)
    return made


class StoreCall:
    """A block that calls S3, DynamoDB or SSM, and raises StoreUnavailableError if AWS fails.

    The block itself catches answers that are no failure, such as a condition that does not hold.

    Args:
        message: Of the error, for the caller.
        retry_after_s: Seconds after which the request may succeed.
    """

    def __init__(self, message: str, *, retry_after_s: int | None = 5) -> None:
        self._message = message
        self._retry_after_s = retry_after_s

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, _type: object, failure: BaseException | None, _traceback: object) -> None:
        """Raise StoreUnavailableError if botocore raised an error."""
        if failure is None:
            return
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(failure, (BotoCoreError, ClientError)):
            raise StoreUnavailableError(
                self._message, retry_after_s=self._retry_after_s
            ) from failure
