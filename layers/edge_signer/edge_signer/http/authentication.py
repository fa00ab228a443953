"""Authentication: the bearer token, its tenant, and whether that tenant may call now."""

from __future__ import annotations

from collections.abc import Mapping

from edge_signer.configuration.flags import Flags
from edge_signer.http.errors import (
    ExecutionDisabledError,
    SignerDisabledError,
    TenantNotAllowedError,
    UnauthenticatedError,
    VerificationDisabledError,
)
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory, Tenant

NO_JOBS = "Jobs are switched off; nothing was signed."
NO_VERIFICATION = "Verification is switched off; nothing was read."
KILLED = "The operator has switched off signing for all tenants; nothing was signed."
DISABLED = (
    "Nothing was signed: signing at the edge is switched off, and the central signer is missing "
    "or switched off too."
)
_MAX_TOKEN_CHARACTERS = 512


def authenticate(headers: Mapping[str, str], directory: DynamoDbTenantDirectory) -> Tenant:
    """Find the tenant that a request speaks for.

    Args:
        headers: With names in lower case.
        directory: Finds the tenant of a token.

    Raises:
        UnauthenticatedError: The bearer token is missing or unknown.
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
    """Refuse a request that names another tenant than its token's; it need not name any.

    Raises:
        TenantNotAllowedError: It names another.
    """
    if claimed is not None and claimed != holder.tenant_id:
        raise TenantNotAllowedError(f"{field} is not the tenant of this API token.")


def require_open(flags: Flags, tenant_id: str, *, has_central_signer: bool) -> None:
    """Refuse a tenant that may not sign now; a central signer may sign when the edge may not.

    Raises:
        SignerDisabledError: Signing is switched off.
        TenantNotAllowedError: This tenant is not on the allowlist.
    """
    central_signs = has_central_signer and flags.central_signer_enabled
    signs = central_signs or flags.signs_at_edge(tenant_id)
    off = None if signs else SignerDisabledError(DISABLED)
    _require_open(flags, tenant_id, off)


def require_open_for_jobs(flags: Flags, tenant_id: str) -> None:
    """Refuse a tenant that may not run jobs now.

    Raises:
        SignerDisabledError: Everything is switched off.
        ExecutionDisabledError: Jobs are switched off.
        TenantNotAllowedError: This tenant is not on the allowlist.
    """
    off = None if flags.execution_enabled else ExecutionDisabledError(NO_JOBS)
    _require_open(flags, tenant_id, off)


def require_open_for_verification(flags: Flags, tenant_id: str) -> None:
    """Refuse a tenant that may not verify now.

    Raises:
        SignerDisabledError: Everything is switched off.
        VerificationDisabledError: Verification is switched off.
        TenantNotAllowedError: This tenant is not on the allowlist.
    """
    off = None if flags.verification_enabled else VerificationDisabledError(NO_VERIFICATION)
    _require_open(flags, tenant_id, off)


def _require_open(flags: Flags, tenant_id: str, off: EdgeSignerError | None) -> None:
    if flags.kill_switch:
        raise SignerDisabledError(KILLED)
    if off is not None:
        raise off
    if tenant_id not in flags.tenant_allowlist:
        raise TenantNotAllowedError(
            f"Tenant {tenant_id} may not sign here yet: ask the operator of this deployment to "
            "add it to the tenant allowlist."
        )
