"""Names that mean the same in every room: stages and tenants."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

#: The stage into which no fault is ever injected, whatever the template's parameter says.
PROD = "prod"
#: A tenant's name is a part of keys and addresses.
TENANT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
#: What no tenant may be called: its manifests would lie beside the record of operators' changes.
RESERVED = {"audit"}


def _unreserved(tenant_id: str) -> str:
    if tenant_id in RESERVED:
        raise ValueError(f"{tenant_id} is no tenant's name")
    return tenant_id


#: The same for pydantic's models.
TenantName = Annotated[str, Field(pattern=rf"^{TENANT_ID.pattern}$"), AfterValidator(_unreserved)]
