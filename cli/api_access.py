"""Which API a command calls, and with which credentials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from cli.terminal import EXIT_USAGE, fail
from edge_signer_client import Credentials
from emulator.local_state import LocalState, NotRunningError, default_directory

_THIS_MACHINE = {"127.0.0.1", "localhost"}
LOCAL_TENANT = "acme"


@dataclass(frozen=True)
class TenantOptions:
    """The options that say where a tenant's request goes.

    Attributes:
        url: URL of the API; None for this machine's emulator.
        token: The tenant's bearer token; None for the emulator's.
        hmac_key: Signs the request; None if the token has no HMAC key.
        tenant: The tenant; None for the token's own, and for acme on the emulator without a token.
        state: The emulator's state directory; None for the default.
    """

    url: str | None
    token: str | None
    hmac_key: str | None
    tenant: str | None
    state: Path | None


@dataclass(frozen=True)
class ApiAccess:
    """Where a request goes and with which credentials.

    Attributes:
        url: Address of the API.
        credentials: The tenant's.
        receipt_key: The key of the emulator's receipts; None for another API.
    """

    url: str
    credentials: Credentials
    receipt_key: str | None = None


def tenant_access(options: TenantOptions, *, exit_code_without_system: int = 1) -> ApiAccess:
    """Find the API and the credentials that options name.

    Raises:
        typer.Exit: The options are wrong or incomplete (2), or no emulator is running here.
    """
    if options.url is not None:
        require_api_address(options.url)
    for name, value in (("token", options.token), ("HMAC key", options.hmac_key)):
        if value == "":
            fail(f"the {name} is empty", EXIT_USAGE)
    if options.url is not None:
        if options.token is None:
            fail("--url needs --token, or EDGE_SIGNER_TOKEN", EXIT_USAGE)
        if options.hmac_key is not None and options.tenant is None:
            fail("--hmac-key needs --tenant with --url: the tenant is signed too", EXIT_USAGE)
        return ApiAccess(options.url, Credentials(options.token, options.tenant, options.hmac_key))
    local = running_emulator(options.state, exit_code_without_system)
    if options.token is not None:
        if options.hmac_key is not None and options.tenant is None:
            fail("--hmac-key needs --tenant with --token: the tenant is signed too", EXIT_USAGE)
        # It knows its tenant; acme is the tenant of the emulator's own token alone.
        credentials = Credentials(options.token, options.tenant, options.hmac_key)
        return ApiAccess(local.url, credentials, local.receipt_public_key)
    tenant = options.tenant or LOCAL_TENANT
    credentials = Credentials(local_token(local, tenant), tenant, options.hmac_key)
    return ApiAccess(local.url, credentials, local.receipt_public_key)


def running_emulator(state: Path | None, exit_code: int = 1) -> LocalState:
    """Read the state of this machine's emulator.

    Args:
        state: Its state directory; None for the default.
        exit_code: How the command ends if none is running.

    Raises:
        typer.Exit: None is running.
    """
    try:
        return LocalState.load(state or default_directory())
    except NotRunningError as absent:
        fail(f"{absent}: start it with `edge-signer run`, or name an API with --url", exit_code)


def require_api_address(url: str) -> None:
    """End the command if a token sent to this address could be read on its way.

    The address is parsed by the library that sends the request, so that both see the same host.

    Args:
        url: The value of `--url`: https, or http to this machine.

    Raises:
        typer.Exit: It is not such an address, or holds a user name or password (2).
    """
    try:
        address = parse_url(url)
    except LocationParseError:
        address = parse_url("")
    is_address = address.scheme in ("https", "http") and bool(address.host)
    if address.auth is not None or ("@" in url and not is_address):
        # It is not repeated: what stands before the @ may be a password.
        fail(
            "--url holds a user name or a password, which is sent nowhere: leave out what stands "
            "before the @, and give the token with --token or EDGE_SIGNER_TOKEN",
            EXIT_USAGE,
        )
    if not is_address:
        fail(f"--url {url} is not an address: it must begin with https:// or http://", EXIT_USAGE)
    if address.scheme == "http" and address.host not in _THIS_MACHINE:
        fail(
            f"--url {url} may expose the token: use https; http is for this machine only",
            EXIT_USAGE,
        )


def local_token(local: LocalState, tenant: str) -> str:
    """Return the emulator's token of a tenant.

    Raises:
        typer.Exit: It has no such tenant (2).
    """
    try:
        return local.token_of(tenant)
    except KeyError:
        known = ", ".join(one.tenant_id for one in local.tenants)
        fail(f"the emulator has no tenant {tenant}: --tenant takes {known}", EXIT_USAGE)
