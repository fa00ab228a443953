"""The steps that every request of a tenant passes before its body is parsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from edge_signer.configuration.flags import Flags
from edge_signer.http.answers import rate_limit_headers
from edge_signer.http.authentication import authenticate
from edge_signer.http.received import received_request
from edge_signer.http.request_signature import RequestSignatures
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.dynamodb_rate_limiter import DynamoDbRateLimiter
from edge_signer.tenancy.rate_limits import Standing
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory, Tenant


@dataclass(frozen=True)
class Admitted:
    """A request that was let in.

    Attributes:
        tenant: The tenant that sent it.
        body: Its bytes.
        standing: How the tenant stands within its limits.
        request_id: The identifier in the answer.
    """

    tenant: Tenant
    body: bytes
    standing: Standing
    request_id: str

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer to it."""
        return {
            "X-Request-ID": self.request_id,
            "Cache-Control": "no-store",
            **rate_limit_headers(self.standing),
        }


class Gatekeeper:
    """Authenticates requests and counts them.

    Args:
        directory: Finds the tenant of a token.
        replays: Remembers which signed requests were let in.
        limiter: Counts tenants' requests.
        flags: Gives the operator's flags in force.
        door: Refuses tenants that may not call, by the flags in force.
    """

    def __init__(
        self,
        directory: DynamoDbTenantDirectory,
        replays: DynamoDbReplayGuard,
        limiter: DynamoDbRateLimiter,
        flags: Callable[[], Flags],
        door: Callable[[Flags, str], None],
    ) -> None:
        self._directory = directory
        self._signatures = RequestSignatures(replays)
        self._limiter = limiter
        self._flags = flags
        self._door = door

    def admit(self, event: APIGatewayProxyEventV2, record: RequestRecord) -> Admitted:
        """Let a request in.

        Args:
            event: The request.
            record: Takes the tenant, and the duration of the steps authenticate and limit.

        Raises:
            UnauthenticatedError: The bearer token is missing or unknown.
            SignerDisabledError, ExecutionDisabledError, VerificationDisabledError: The operator has
                switched it off.
            TenantNotAllowedError: The request names another tenant, or this one may not call.
            InvalidSignatureError: The request is not signed as the token requires, or was replayed.
            RateLimitedError: The tenant has used what a limit admits.
            StoreUnavailableError: DynamoDB does not answer, or the flags were never read.
        """
        with record.stopwatch.step("authenticate"):
            received = received_request(event)
            record.payload_size = len(received.body)
            tenant = authenticate(received.headers, self._directory)
            self._door(self._flags(), tenant.tenant_id)
            self._signatures.check(tenant, received)
            record.tenant_id = tenant.tenant_id
        with record.stopwatch.step("limit"):
            standing = self._limiter.admit(tenant.tenant_id)
        with record.stopwatch.step("authenticate"):
            # This writes, so limits are applied first.
            self._signatures.spend(tenant, received)
        return Admitted(tenant, received.body, standing, record.request_id)
