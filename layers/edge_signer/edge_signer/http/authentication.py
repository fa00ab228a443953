"""Who calls: the bearer token and the tenant that it speaks for."""

from __future__ import annotations

from collections.abc import Mapping

from edge_signer.http.errors import TenantNotAllowedError, UnauthenticatedError
from edge_signer.platform.tenants import Tenant, TenantDirectory

_MAX_TOKEN_CHARACTERS = 512


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
