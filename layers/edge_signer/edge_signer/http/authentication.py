"""Who calls: the bearer token, the tenant that it speaks for, and whether that one may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from edge_signer.configuration.flags import Flags
from edge_signer.http.errors import TenantNotAllowedError, UnauthenticatedError
from edge_signer.http.open_door import require_open
from edge_signer.http.request_signature import ReceivedRequest, RequestSignatures
from edge_signer.tenancy.replays import ReplayGuard
from edge_signer.tenancy.tenants import Tenant, TenantDirectory

_MAX_TOKEN_CHARACTERS = 512
#: Refuses a tenant by the flags in force.
Door = Callable[[Flags, str], None]


class Authenticator:
    """Lets a request in, or says why not, before anything of its body is parsed.

    Args:
        directory: Knows who holds which token.
        flags: Gives the operator's flags in force.
        replays: Remembers which signed requests were let in.
        has_central_signer: Whether another signs where the edge may not.
        door: Refuses a tenant that may not come in; None for the door of signing.
    """

    def __init__(
        self,
        directory: TenantDirectory,
        flags: Callable[[], Flags],
        replays: ReplayGuard,
        *,
        has_central_signer: bool = False,
        door: Door | None = None,
    ) -> None:
        self._directory = directory
        self._flags = flags
        self._signatures = RequestSignatures(replays)
        self._door = door or partial(require_open, has_central_signer=has_central_signer)

    def tenant_of(self, request: ReceivedRequest) -> Tenant:
        """Find the tenant that a request speaks for, once all is in order.

        Raises:
            UnauthenticatedError: No bearer token, or one that nobody holds.
            SignerDisabledError, ExecutionDisabledError: The operator has switched it off.
            TenantNotAllowedError: Another tenant is named, or this one may not come in here.
            InvalidSignatureError: The request is not signed as the token asks for; whether it came
                before is not told here.
            StoreUnavailableError: DynamoDB does not answer, or the flags were never read.
        """
        tenant = authenticate(request.headers, self._directory)
        self._door(self._flags(), tenant.tenant_id)
        self._signatures.check(tenant, request)
        return tenant

    def let_in_once(self, tenant: Tenant, request: ReceivedRequest) -> None:
        """Spend the nonce of a signed request, which writes: for requests within their limits only.

        Raises:
            InvalidSignatureError: The nonce was used before.
            StoreUnavailableError: DynamoDB does not answer.
        """
        self._signatures.spend(tenant, request)


def authenticate(headers: Mapping[str, str], directory: TenantDirectory) -> Tenant:
    """Find the tenant that a request speaks for.

    Args:
        headers: With names in lower case.
        directory: Knows who holds which token.

    Raises:
        UnauthenticatedError: No bearer token, or one that nobody holds.
        TenantNotAllowedError: `X-Tenant-ID` names another tenant.
        StoreUnavailableError: The directory does not answer.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError("Send the header Authorization: Bearer <api-token>.")
    holder = directory.holder_of(token) if len(token) <= _MAX_TOKEN_CHARACTERS else None
    if holder is None:
        raise UnauthenticatedError("This API token is not valid.")
    require_same_tenant(holder, headers.get("x-tenant-id"), "X-Tenant-ID")
    return holder


def require_same_tenant(holder: Tenant, claimed: str | None, field: str) -> None:
    """Refuse a request that names another tenant than its token's; naming none is fine.

    Raises:
        TenantNotAllowedError: It names another.
    """
    if claimed is not None and claimed != holder.tenant_id:
        raise TenantNotAllowedError(f"{field} is not the tenant of this API token.")
