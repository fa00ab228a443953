"""Who may call."""

from __future__ import annotations

import pytest

from edge_signer.http.authentication import authenticate, require_same_tenant
from edge_signer.http.errors import TenantNotAllowedError, UnauthenticatedError
from edge_signer.platform.tenants import Tenant


class Directory:
    """Two tokens: a tenant's and an administrator's."""

    def holder_of(self, token: str) -> Tenant | None:
        return {"good": Tenant("acme", "tenant"), "root": Tenant("admin", "admin")}.get(token)


def test_the_holder_of_the_token_is_the_tenant() -> None:
    for header in ("Bearer good", "bearer good", "Bearer  good "):
        assert authenticate({"authorization": header}, Directory()).tenant_id == "acme"


@pytest.mark.parametrize(
    "header", ["", "good", "Basic good", "Bearer", "Bearer ", "Bearer bad", "Bearer " + "x" * 9999]
)
def test_a_token_that_nobody_holds_is_refused(header: str) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate({"authorization": header}, Directory())


def test_an_administrators_token_signs_for_nobody() -> None:
    with pytest.raises(TenantNotAllowedError):
        authenticate({"authorization": "Bearer root"}, Directory())


def test_the_named_tenant_must_be_the_tokens() -> None:
    headers = {"authorization": "Bearer good", "x-tenant-id": "testcorp"}
    with pytest.raises(TenantNotAllowedError, match="X-Tenant-ID"):
        authenticate(headers, Directory())
    with pytest.raises(TenantNotAllowedError, match="tenant_id"):
        require_same_tenant(Tenant("acme", "tenant"), "testcorp", "tenant_id")
