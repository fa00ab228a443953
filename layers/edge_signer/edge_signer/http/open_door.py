"""Whether a tenant may come in, by the operator's flags; who it is, is known by then."""

from __future__ import annotations

from edge_signer.configuration.flags import Flags
from edge_signer.http.errors import (
    ExecutionDisabledError,
    SignerDisabledError,
    TenantNotAllowedError,
)

NO_JOBS = "Running jobs is switched off; nothing was signed."
KILLED = "The operator has switched signing off, for everybody; nothing was signed."
DISABLED = (
    "Nothing was signed: signing at the edge is switched off, and there is no central signer "
    "or it is switched off too."
)


def require_open(flags: Flags, tenant_id: str, *, has_central_signer: bool) -> None:
    """Refuse a tenant that may not sign now.

    Args:
        flags: In force.
        tenant_id: The tenant of the token.
        has_central_signer: Whether another signs where the edge may not.

    Raises:
        SignerDisabledError: Nobody may.
        TenantNotAllowedError: This one may not.
    """
    _require_power(flags)
    central_signs = has_central_signer and flags.central_signer_enabled
    if not (central_signs or flags.signs_at_edge(tenant_id)):
        raise SignerDisabledError(DISABLED)
    _require_allowed(flags, tenant_id)


def require_open_for_jobs(flags: Flags, tenant_id: str) -> None:
    """Refuse a tenant that may not have jobs run now.

    Args:
        flags: In force.
        tenant_id: The tenant of the token.

    Raises:
        SignerDisabledError: Everything is switched off.
        ExecutionDisabledError: Jobs are.
        TenantNotAllowedError: This tenant may not.
    """
    _require_power(flags)
    if not flags.execution_enabled:
        raise ExecutionDisabledError(NO_JOBS)
    _require_allowed(flags, tenant_id)


def _require_power(flags: Flags) -> None:
    if flags.kill_switch:
        raise SignerDisabledError(KILLED)


def _require_allowed(flags: Flags, tenant_id: str) -> None:
    if tenant_id not in flags.tenant_allowlist:
        raise TenantNotAllowedError(
            f"Tenant {tenant_id} may not sign here yet: have the operator of this "
            "deployment add it to the tenant allowlist."
        )
