"""The steps that every request of a tenant passes before its body is parsed."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from edge_signer.http.answers import rate_limit_headers
from edge_signer.http.authentication import Authenticator
from edge_signer.http.received import received_request
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.dynamodb_rate_limiter import DynamoDbRateLimiter
from edge_signer.tenancy.rate_limits import Standing
from edge_signer.tenancy.tenants import Tenant


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
        authenticator: Finds the tenant of a request.
        limiter: Counts tenants' requests.
    """

    def __init__(self, authenticator: Authenticator, limiter: DynamoDbRateLimiter) -> None:
        self._authenticator = authenticator
        self._limiter = limiter

    def admit(self, event: APIGatewayProxyEventV2, record: RequestRecord) -> Admitted:
        """Let a request in.

        Args:
            event: The request.
            record: Takes the tenant, and the duration of the steps authenticate and limit.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        with record.stopwatch.step("authenticate"):
            received = received_request(event)
            record.payload_size = len(received.body)
            tenant = self._authenticator.tenant_of(received)
            record.tenant_id = tenant.tenant_id
        with record.stopwatch.step("limit"):
            standing = self._limiter.admit(tenant.tenant_id)
        with record.stopwatch.step("authenticate"):
            self._authenticator.let_in_once(tenant, received)
        return Admitted(tenant, received.body, standing, record.request_id)
