"""The client's side of POST /edge-sign."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any

import urllib3

from cli.tenant_credentials import TenantCredentials

DEFAULT_POLICY = "newsroom-default-v3"
_TIMEOUT = urllib3.Timeout(connect=5, read=35)


class EdgeClientError(Exception):
    """The request was refused or could not be made; the text says why in one line."""


@dataclass(frozen=True)
class SignedAsset:
    """What the signer answered.

    Attributes:
        manifest_url: Where the sidecar is.
        signing_mode: How it was signed.
        kms_key_id: Which key signed.
        tsa_token_url: Where the time-stamp is; None where there is none.
        waited_ms: What the client waited for.
        total_ms: The signer's own time.
        steps_ms: The same by step, in order.
    """

    manifest_url: str
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None
    waited_ms: float
    total_ms: float
    steps_ms: dict[str, float]


class EdgeClient:
    """Speaks for one tenant to one signer.

    Args:
        url: Of the signer, with or without a slash at its end.
        token: The tenant's bearer token.
        tenant_id: The tenant; None leaves it to the token.
        hmac_key: What requests are signed with, which needs the tenant's name; None for unsigned.
    """

    def __init__(
        self, url: str, token: str, tenant_id: str | None = None, hmac_key: str | None = None
    ) -> None:
        self._credentials = TenantCredentials(token, tenant_id, hmac_key)
        self._url = url.rstrip("/")
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def sign(
        self,
        asset_sha256: str,
        policy_id: str,
        assertions: dict[str, Any],
        tsa: bool | None = None,
        title: str | None = None,
    ) -> SignedAsset:
        """Have an asset signed.

        Args:
            asset_sha256: 64 lower-case hexadecimal digits.
            policy_id: The policy to sign under.
            assertions: Content by label.
            tsa: Whether to time-stamp; None leaves it to the policy.
            title: Name of the asset, for people, in the claim; None for none.

        Raises:
            EdgeClientError: Refused, or not reached.
        """
        body: dict[str, Any] = {
            "asset_sha256": asset_sha256,
            "policy_id": policy_id,
            "assertions": assertions,
        }
        if self._credentials.tenant_id is not None:
            body["tenant_id"] = self._credentials.tenant_id
        if tsa is not None:
            body["tsa"] = tsa
        if title is not None:
            body["title"] = title
        url, content = f"{self._url}/edge-sign", json.dumps(body).encode()
        headers = self._credentials.headers_of_post(url, content)
        began_s = time.perf_counter()
        response = self._request("POST", url, content, headers)
        waited_ms = (time.perf_counter() - began_s) * 1000
        try:
            answer = response.json()
            if response.status != 200:
                raise EdgeClientError(
                    f"{response.status} {answer.get('code', '')}: {answer['message']}"
                )
            return SignedAsset(
                answer["manifest_url"],
                answer["signing_mode"],
                answer["kms_key_id"],
                answer.get("tsa_token_url"),
                waited_ms,
                float(response.headers["X-Total-Time-MS"]),
                server_timing(response.headers.get("Server-Timing", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise EdgeClientError(f"{self._url} is no edge signer ({response.status})") from None

    def fetch(self, manifest_url: str) -> bytes:
        """Fetch a sidecar.

        Raises:
            EdgeClientError: It is not there.
        """
        response = self._request("GET", manifest_url, None, {"Cache-Control": "no-cache"})
        if response.status != 200:
            raise EdgeClientError(f"{response.status} for {manifest_url}")
        return response.data

    def _request(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(method, url, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as failure:
            raise EdgeClientError(f"{url} cannot be reached: {failure}") from failure
        except ValueError:
            raise EdgeClientError("the token holds a character that no header can") from None


def server_timing(header: str) -> dict[str, float]:
    """Read the durations of a Server-Timing header, in milliseconds and in order."""
    return {name: float(ms) for name, ms in re.findall(r"([\w-]+);dur=([0-9.]+)", header)}
