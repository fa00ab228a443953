"""Who may call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from edge_signer.configuration.flags import Flags
from edge_signer.http.admission import Admitted, Gatekeeper
from edge_signer.http.authentication import authenticate, require_open, require_same_tenant
from edge_signer.http.errors import (
    InvalidSignatureError,
    SignerDisabledError,
    TenantNotAllowedError,
    UnauthenticatedError,
)
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.dynamodb_rate_limiter import DynamoDbRateLimiter
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory, Tenant


class Directory(DynamoDbTenantDirectory):
    """One token."""

    def __init__(self) -> None:
        pass

    def holder_of(self, token: str) -> Tenant | None:
        return Tenant("acme") if token == "good" else None


def test_the_holder_of_the_token_is_the_tenant() -> None:
    for header in ("Bearer good", "bearer good", "Bearer  good "):
        assert authenticate({"authorization": header}, Directory()).tenant_id == "acme"


@pytest.mark.parametrize(
    "header", ["", "good", "Basic good", "Bearer", "Bearer ", "Bearer bad", "Bearer " + "x" * 9999]
)
def test_a_token_that_nobody_holds_is_refused(header: str) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate({"authorization": header}, Directory())


def test_the_named_tenant_must_be_the_tokens() -> None:
    headers = {"authorization": "Bearer good", "x-tenant-id": "testcorp"}
    with pytest.raises(TenantNotAllowedError, match="X-Tenant-ID"):
        authenticate(headers, Directory())
    with pytest.raises(TenantNotAllowedError, match="tenant_id"):
        require_same_tenant(Tenant("acme"), "testcorp", "tenant_id")


class MustSign(Directory):
    """One token, whose requests must be signed."""

    def holder_of(self, token: str) -> Tenant | None:
        return Tenant("acme", "key", hmac_required=True) if token == "good" else None


def open_to(*tenants: str, **switched: bool) -> Flags:
    flags = Flags(edge_signer_enabled=True, tenant_allowlist=tenants)
    return flags.model_copy(update=switched)


def admit(flags: Flags, headers: Mapping[str, str]) -> Admitted:
    """Send a request that neither the guard of replays nor the limiter may see."""
    dynamodb = object()
    gatekeeper = Gatekeeper(
        MustSign(),
        DynamoDbReplayGuard(dynamodb, "none"),
        DynamoDbRateLimiter(dynamodb, "none", pytest.fail),
        lambda: flags,
        partial(require_open, has_central_signer=False),
    )
    event = {
        "headers": headers,
        "rawPath": "/edge-sign",
        "rawQueryString": "",
        "requestContext": {"http": {"method": "POST"}},
        "body": "{}",
        "isBase64Encoded": False,
    }
    return gatekeeper.admit(APIGatewayProxyEventV2(event), RequestRecord("a request"))


@pytest.mark.parametrize(
    ("token", "allowed", "refusal", "why"),
    [
        ("bad", {"acme"}, UnauthenticatedError, "not valid"),
        ("good", {"testcorp"}, TenantNotAllowedError, "acme .* operator .* allowlist"),
        ("good", set(), TenantNotAllowedError, "allowlist"),
        ("good", {"acme"}, InvalidSignatureError, "must be signed"),
    ],
)
def test_the_token_comes_first_then_the_allowlist_then_the_signature(
    token: str, allowed: set[str], refusal: type[Exception], why: str
) -> None:
    with pytest.raises(refusal, match=why):
        admit(open_to(*allowed), {"authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("switched", "why"),
    [
        ({"kill_switch": True}, "operator has switched off signing for all tenants"),
        ({"kill_switch": True, "edge_signer_enabled": False}, "for all tenants"),
        ({"edge_signer_enabled": False}, "central signer is missing"),
    ],
)
def test_whoever_has_a_token_is_told_that_signing_is_off_before_all_else(
    switched: dict[str, bool], why: str
) -> None:
    for flags in (open_to(**switched), open_to("acme", **switched)):
        with pytest.raises(SignerDisabledError, match=why):
            admit(flags, {"authorization": "Bearer good"})
    with pytest.raises(UnauthenticatedError):
        admit(open_to(**switched), {})
