"""Which URLs a verifier may fetch, and which addresses of their hosts it may connect to.

The URL comes from the file that is being verified, so a stranger chooses it. It must not make this
machine call a service in its own network.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cli.terminal import printable

HTTPS_PORT = 443
_MAX_URL_CHARACTERS = 2048
_URL = re.compile(r"[!-~]+")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# At least two labels, and the last one begins with a letter and is no hexadecimal number: so no
# address in any notation is a host name, and no name of the local network either.
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?!0x)[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_LOCAL_PATH = re.compile(r"[A-Za-z0-9_~/-]+(?:\.[A-Za-z0-9_~/-]+)*")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
#: IPv4 inside IPv6, where a gateway translates (RFC 6052); phones' networks resolve names to it.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Not public, but not in each version of Python's tables; some are tunnels (Teredo, 6to4), whose
#: addresses hold IPv4 addresses.
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"),
    )
)


class FetchError(Exception):
    """Something was not fetched; the text says what and why in a sentence."""


@dataclass(frozen=True)
class FetchRules:
    """What may be fetched.

    Attributes:
        hosts: Host names and ports; empty for every public host on port 443.
        local_base: URL below which this machine's emulator serves manifests, over http; empty if
            no emulator is running.
    """

    hosts: frozenset[tuple[str, int]] = frozenset()
    local_base: str = ""


@dataclass(frozen=True)
class Destination:
    """Where a request goes.

    Attributes:
        url: The whole URL.
        host: Host name, in lower case.
        port: TCP port.
        target: Path and query.
        is_local: Whether it is this machine's emulator: without TLS, and on a loopback address.
    """

    url: str
    host: str
    port: int
    target: str
    is_local: bool = False


def refused(url: str, why: str) -> FetchError:
    """Return the error about a URL."""
    shown = url if len(url) <= 200 else url[:200] + "…"
    return FetchError(f"{printable(shown)} was not fetched: {why}")


def allowed_hosts(named: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Read hosts as `--fetch-from` has them: a name, or a name with a port.

    Raises:
        FetchError: One is neither.
    """
    hosts = set()
    for one in named:
        host, _, port = one.lower().partition(":")
        if not _HOST.fullmatch(host) or not re.fullmatch(r"[1-9][0-9]{0,4}", port or "443"):
            raise FetchError(f"{one} is not a host: give a name such as cdn.example.com")
        hosts.add((host, int(port or HTTPS_PORT)))
    return frozenset(hosts)


def destination_of(url: str, rules: FetchRules) -> Destination:
    """Read a URL and check it, except for the addresses of its host.

    Raises:
        FetchError: It may not be fetched.
    """
    if len(url) > _MAX_URL_CHARACTERS:
        raise refused(url, f"a URL has at most {_MAX_URL_CHARACTERS:,} characters")
    if not _URL.fullmatch(url) or "\\" in url:
        raise refused(url, "it holds characters that a URL may not have; xn-- and % encode them")
    if rules.local_base and url.startswith(rules.local_base):
        return _local(url, rules.local_base)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise refused(url, "it is not a URL") from None
    if parts.scheme != "https":
        raise refused(url, "only https is fetched")
    if "@" in parts.netloc:
        raise refused(url, "it holds a user name or a password")
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise refused(url, "its host is not the full name of a public host")
    if ":" in parts.netloc and port is None:
        raise refused(url, "it has a colon without a port")
    _require_allowed(url, host, HTTPS_PORT if port is None else port, rules)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(url, host, HTTPS_PORT if port is None else port, target)


def require_public(destination: Destination, addresses: Iterable[str]) -> list[str]:
    """Return the addresses of a host, all of which must be public.

    Raises:
        FetchError: There is none, or one is not public: a single one may be the one that is meant.
    """
    found = list(dict.fromkeys(addresses))
    if not found:
        raise refused(destination.url, f"{destination.host} has no address")
    for one in found:
        if not is_public(one):
            why = f"{destination.host} has the address {one}, which is not a public one"
            raise refused(destination.url, why)
    return found


def is_public(address: str) -> bool:
    """Tell whether an address belongs to a host on the internet, and to nothing closer."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.scope_id is not None:
            return False
        if parsed in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
        if parsed not in _GLOBAL_UNICAST:
            return False
    is_special = parsed.is_multicast or parsed.is_reserved or any(parsed in one for one in _SPECIAL)
    return parsed.is_global and not is_special


def _local(url: str, base: str) -> Destination:
    path = url[len(base) :]
    if not _LOCAL_PATH.fullmatch(path):
        raise refused(url, "it does not name a manifest of the emulator")
    parts = urlsplit(base)
    target = parts.path + path
    return Destination(url, parts.hostname or "", parts.port or 80, target, is_local=True)


def _require_allowed(url: str, host: str, port: int, rules: FetchRules) -> None:
    if rules.hosts and (host, port) not in rules.hosts:
        raise refused(url, f"--fetch-from does not name {host}" + _unless_usual(port))
    if not rules.hosts and port != HTTPS_PORT:
        raise refused(url, f"only port {HTTPS_PORT} is used; --fetch-from {host}:{port} allows it")


def _unless_usual(port: int) -> str:
    return "" if port == HTTPS_PORT else f":{port}"
