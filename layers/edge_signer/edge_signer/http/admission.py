"""The steps that every request of a tenant passes before its body is parsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from edge_signer.configuration.flags import Flags
from edge_signer.http.answers import rate_limit_headers
from edge_signer.http.authentication import authenticate
from edge_signer.http.received import ReceivedRequest, received_request
from edge_signer.http.request_signature import RequestSignatures, is_signed
from edge_signer.platform.beside import beside
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.dynamodb_rate_limiter import DynamoDbRateLimiter, Room
from edge_signer.tenancy.rate_limits import Standing
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory, Tenant

if TYPE_CHECKING:
    from concurrent.futures import Future


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


class Entry:
    """An authenticated request that is counted beside what else it waits for.

    Args:
        received: The request.
        tenant: The tenant that sent it.
        record: Of the request.
        count: Counts it; raises if it is refused.
        is_certain: Whether it is known that it will not be refused.
    """

    def __init__(
        self,
        received: ReceivedRequest,
        tenant: Tenant,
        record: RequestRecord,
        count: Callable[[], Standing],
        *,
        is_certain: bool,
    ) -> None:
        self.tenant = tenant
        self.body = received.body
        self.is_certain = is_certain
        self._request_id = record.request_id
        self._count = count
        self._counting: Future[Standing] | None = None

    def begin(self) -> Future[Standing]:
        """Begin to count it, unless that has begun."""
        if self._counting is None:
            self._counting = beside(self._count)
        return self._counting

    def admitted(self) -> Admitted:
        """Wait until the request is counted.

        Raises:
            EdgeSignerError: It is refused, as by `Gatekeeper.admit`.
        """
        return Admitted(self.tenant, self.body, self.begin().result(), self._request_id)

    def require_admitted(self) -> None:
        """Begin to count it, and wait for that only if it may be refused.

        Raises:
            EdgeSignerError: It is refused, as by `Gatekeeper.admit`.
        """
        self.begin()
        if not self.is_certain:
            self.admitted()


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
        received, tenant = self._authenticated(event, record)
        standing = self._counted(received, tenant, record)
        return Admitted(tenant, received.body, standing, record.request_id)

    def enter(self, event: APIGatewayProxyEventV2, record: RequestRecord) -> Entry:
        """Authenticate a request, and count it beside what the caller does next.

        If the tenant had no room when this worker last saw, the request is counted before this
        returns, so that a refused one costs nothing else. If the tenant has so much room that the
        request cannot be refused, it is counted when the caller first asks. The caller waits for
        `admitted` before it answers, in any case.

        Args:
            event: The request.
            record: As in `admit`.

        Raises:
            EdgeSignerError: As `admit`.
        """
        received, tenant = self._authenticated(event, record)
        room = self._limiter.room(tenant.tenant_id)
        # A signed request may still turn out to be a replay.
        is_certain = room is Room.AMPLE and not is_signed(received)
        count = partial(self._counted, received, tenant, record)
        entry = Entry(received, tenant, record, count, is_certain=is_certain)
        if room is Room.UNKNOWN:
            entry.admitted()
        elif not is_certain:
            entry.begin()
        return entry

    def _authenticated(
        self, event: APIGatewayProxyEventV2, record: RequestRecord
    ) -> tuple[ReceivedRequest, Tenant]:
        with record.stopwatch.step("authenticate"):
            received = received_request(event)
            record.payload_size = len(received.body)
            tenant = authenticate(received.headers, self._directory)
            self._door(self._flags(), tenant.tenant_id)
            self._signatures.check(tenant, received)
            record.tenant_id = tenant.tenant_id
        return received, tenant

    def _counted(
        self, received: ReceivedRequest, tenant: Tenant, record: RequestRecord
    ) -> Standing:
        with record.stopwatch.step("limit"):
            standing = self._limiter.admit(tenant.tenant_id)
        with record.stopwatch.step("authenticate"):
            # This writes, so limits are applied first.
            self._signatures.spend(tenant, received)
        return standing
