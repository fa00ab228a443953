"""Addresses of APIs to which commands send a token."""

from __future__ import annotations

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from cli.terminal import EXIT_USAGE, fail

_HERE = {"127.0.0.1", "localhost"}


def require_api_address(url: str) -> None:
    """End the command where a token that is sent there could be read on its way.

    It is read as the client that sends reads it: the two must not see different hosts.

    Args:
        url: As `--url` has it: https, or http to this machine alone.

    Raises:
        typer.Exit: It is none (2).
    """
    try:
        address = parse_url(url)
    except LocationParseError:
        address = parse_url("")
    if address.scheme not in ("https", "http") or not address.host:
        fail(f"--url {url} is not an address: it begins with https:// or http://", EXIT_USAGE)
    if address.scheme == "http" and address.host not in _HERE:
        fail(
            f"--url {url} is no address that a token may go to: http stays on this machine",
            EXIT_USAGE,
        )
