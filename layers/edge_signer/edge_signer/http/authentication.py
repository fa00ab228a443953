"""Who calls: the bearer token, the tenant that it speaks for, and whether that one may."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge_signer.http.errors import TenantNotAllowedError, UnauthenticatedError
from edge_signer.http.request_signature import ReceivedRequest, RequestSignatures
from edge_signer.platform.replays import ReplayGuard
from edge_signer.platform.tenants import Tenant, TenantDirectory

_MAX_TOKEN_CHARACTERS = 512


class Authenticator:
    """Lets a request in, or says why not, before anything of its body is parsed.

    Args:
        directory: Knows who holds which token.
        allows_tenant: Tells whether a tenant may sign in this deployment.
        replays: Remembers which signed requests were let in.
    """

    def __init__(
        self,
        directory: TenantDirectory,
        allows_tenant: Callable[[str], bool],
        replays: ReplayGuard,
    ) -> None:
        self._directory = directory
        self._allows_tenant = allows_tenant
        self._signatures = RequestSignatures(replays)

    def tenant_of(self, request: ReceivedRequest) -> Tenant:
        """Find the tenant that a request speaks for, once all is in order.

        Raises:
            UnauthenticatedError: No bearer token, or one that nobody holds.
            TenantNotAllowedError: Another tenant is named, or this one may not sign here.
            InvalidSignatureError: The request is not signed as the token asks for.
            StoreUnavailableError: DynamoDB does not answer.
        """
        tenant = authenticate(request.headers, self._directory)
        if not self._allows_tenant(tenant.tenant_id):
            raise TenantNotAllowedError(
                f"Tenant {tenant.tenant_id} may not sign here yet: have the operator of this "
                "deployment add it to the tenant allowlist."
            )
        # Last, because it is what writes: a nonce is spent on requests that are let in.
        self._signatures.check(tenant, request)
        return tenant


def authenticate(headers: Mapping[str, str], directory: TenantDirectory) -> Tenant:
    """Find the tenant that a request speaks for.

    Args:
        headers: With names in lower case.
        directory: Knows who holds which token.

    Raises:
        UnauthenticatedError: No bearer token, or one that nobody holds.
        TenantNotAllowedError: `X-Tenant-ID` names another tenant, or the token is no tenant's.
        StoreUnavailableError: The directory does not answer.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError("Send the header Authorization: Bearer <api-token>.")
    holder = directory.holder_of(token) if len(token) <= _MAX_TOKEN_CHARACTERS else None
    if holder is None:
        raise UnauthenticatedError("This API token is not valid.")
    if holder.role != "tenant":
        raise TenantNotAllowedError("This API token is not a tenant's.")
    require_same_tenant(holder, headers.get("x-tenant-id"), "X-Tenant-ID")
    return holder


def require_same_tenant(holder: Tenant, claimed: str | None, field: str) -> None:
    """Refuse a request that names another tenant than its token's; naming none is fine.

    Raises:
        TenantNotAllowedError: It names another.
    """
    if claimed is not None and claimed != holder.tenant_id:
        raise TenantNotAllowedError(f"{field} is not the tenant of this API token.")
