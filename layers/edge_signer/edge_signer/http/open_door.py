"""Whether a tenant may come in, by the operator's flags; who it is, is known by then."""

from __future__ import annotations

from edge_signer.http.errors import SignerDisabledError, TenantNotAllowedError
from edge_signer.platform.flags import Flags

KILLED = "The operator has switched signing off, for everybody; nothing was signed."
DISABLED = "Nothing was signed: signing at the edge is switched off and there is no central signer."


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
    if flags.kill_switch:
        raise SignerDisabledError(KILLED)
    if not (has_central_signer or flags.signs_at_edge(tenant_id)):
        raise SignerDisabledError(DISABLED)
    if tenant_id not in flags.tenant_allowlist:
        raise TenantNotAllowedError(
            f"Tenant {tenant_id} may not sign here yet: have the operator of this "
            "deployment add it to the tenant allowlist."
        )
