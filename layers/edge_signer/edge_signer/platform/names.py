"""Names that mean the same in every room: stages and tenants."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

#: The stage that never allows chaos, whatever the template's parameter says.
PROD = "prod"
#: Tenants' names, which are parts of keys and addresses.
TENANT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
#: Not allowed: such a tenant's manifests would lie beside the audit trail or the trust lists.
RESERVED = {"audit", "trust"}


def _unreserved(tenant_id: str) -> str:
    if tenant_id in RESERVED:
        raise ValueError(f"{tenant_id} is reserved")
    return tenant_id


#: A tenant's name in a pydantic model.
TenantName = Annotated[str, Field(pattern=rf"^{TENANT_ID.pattern}$"), AfterValidator(_unreserved)]
