"""Fetches remote manifests, and assets by their URL: over https, from public hosts, within limits.

Redirects are not followed, proxies are not used, and nothing about the reader is sent.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urljoin

from cli.terminal import printable
from cli.verification.exchange import Connector, Exchange, Resolver, connected, resolved
from cli.verification.fetch_rules import FetchRules, destination_of, refused
from edge_signer.platform.outgoing import within

#: How a manifest store begins (C2PA 2.2 §11.1.4): a superbox, whose description has this UUID.
_STORE = re.compile(rb"....jumb....jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71", re.S)
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))', re.I)


@dataclass(frozen=True)
class FetchLimits:
    """How large what is fetched may be, and how long it may take from the look-up of the host.

    Attributes:
        manifest_bytes: Of a manifest store.
        manifest_time_s: Of a manifest store, in seconds.
        asset_bytes: Of an asset.
        asset_time_s: Of an asset, in seconds.
    """

    manifest_bytes: int = 16 * 1024 * 1024
    manifest_time_s: float = 10.0
    asset_bytes: int = 256 * 1024 * 1024
    asset_time_s: float = 60.0


@dataclass(frozen=True)
class FetchedAsset:
    """What came with an asset.

    Attributes:
        media_type: As the server says; empty if it does not.
        manifest_url: Its manifest, from a `Link` header with `rel="c2pa-manifest"`; else empty.
    """

    media_type: str
    manifest_url: str


class Fetcher:
    """Fetches over https within rules and limits.

    Args:
        rules: What may be fetched.
        resolve: Gives the addresses of a host.
        connect: Opens a connection to an address.
        tls: Settings of TLS; None for the system's certificate authorities.
        limits: Of size and time.
    """

    def __init__(
        self,
        rules: FetchRules,
        resolve: Resolver = resolved,
        connect: Connector = connected,
        tls: ssl.SSLContext | None = None,
        limits: FetchLimits = FetchLimits(),
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._connect = connect
        self._tls = tls or ssl.create_default_context()
        self._limits = limits

    def manifest_store(self, url: str) -> bytes:
        """Fetch a manifest store.

        Raises:
            FetchError: It may not be fetched, or could not be.
        """
        content = io.BytesIO()
        limits = self._limits
        headers = self._get(url, content, limits.manifest_bytes, limits.manifest_time_s)
        if not _STORE.match(content.getvalue()):
            media_type = printable(_media_type(headers)) or "no media type"
            raise refused(url, f"the answer is not a manifest store (it has {media_type})")
        return content.getvalue()

    def asset(self, url: str, into: BinaryIO) -> FetchedAsset:
        """Fetch an asset.

        Args:
            url: Its URL.
            into: Receives its bytes.

        Raises:
            FetchError: It may not be fetched, or could not be.
        """
        headers = self._get(url, into, self._limits.asset_bytes, self._limits.asset_time_s)
        return FetchedAsset(_media_type(headers), _manifest_link(url, headers))

    def _get(
        self, url: str, into: BinaryIO, max_bytes: int, time_s: float
    ) -> http.client.HTTPMessage:
        destination = destination_of(url, self._rules)
        exchange = Exchange(destination, self._resolve, self._connect, self._tls, time_s)
        try:
            # In a thread: timeouts limit each wait, neither their sum nor the look-up of the host.
            return within(time_s, lambda: exchange.get(into, max_bytes))
        except ssl.SSLCertVerificationError as untrusted:
            why = f"the certificate of {destination.host} is not valid: {untrusted.verify_message}"
            raise refused(url, why) from untrusted
        except socket.gaierror as unknown:
            raise refused(url, f"{destination.host} cannot be found") from unknown
        except TimeoutError as late:
            raise refused(url, f"it did not arrive within {time_s:.0f} s") from late
        except (OSError, http.client.HTTPException) as failed:
            why = getattr(failed, "strerror", None) or type(failed).__name__
            raise refused(url, f"the connection failed ({why})") from failed
        finally:
            exchange.end()


def _media_type(headers: http.client.HTTPMessage) -> str:
    return str(headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _manifest_link(url: str, headers: http.client.HTTPMessage) -> str:
    """Return the target of the first link to a manifest (RFC 8288); empty if there is none."""
    for target, parameters in _LINK.findall(", ".join(headers.get_all("Link", []))):
        for quoted, plain in _REL.findall(parameters):
            if "c2pa-manifest" in (quoted or plain).lower().split():
                return urljoin(url, str(target).strip())
    return ""
