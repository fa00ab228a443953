"""The client itself: signing and jobs."""

from __future__ import annotations

import json
import random
import re
import time
from dataclasses import dataclass
from typing import Any

from edge_signer_client.credentials import Credentials
from edge_signer_client.session import RefusedError, Session, UnreachableError

_FIRST_DELAY_S = 0.2
_LONGEST_DELAY_S = 5.0
# The job is running; too many requests; a failure that may pass.
_WORTH_RETRYING = {409, 425, 429, 500, 502, 503, 504}
# An operator switched these off, so retrying does not help.
_SWITCHED_OFF = {"SIGNER_DISABLED", "EXECUTION_DISABLED"}


@dataclass(frozen=True)
class SignedAsset:
    """Result of a signature.

    Attributes:
        manifest_url: Where the manifest store (the sidecar) is.
        signing_mode: Which signer signed: edge or central.
        kms_key_id: The key that signed.
        tsa_token_url: Where the time-stamp is; None if there is none.
        waited_ms: How long the client waited for the answer, in milliseconds.
        total_ms: How long the server took, in milliseconds.
        steps_ms: The server's time by step, in order.
    """

    manifest_url: str
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None
    waited_ms: float
    total_ms: float
    steps_ms: dict[str, float]


class EdgeSigner:
    """Client of one deployment for one tenant; threads may share it.

    Args:
        url: Address of the API, with or without a slash at its end.
        credentials: The tenant's.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._session = Session(url, credentials)

    def sign(
        self,
        asset_sha256: str,
        policy_id: str,
        assertions: dict[str, Any],
        *,
        tsa: bool | None = None,
        title: str | None = None,
        idempotency_key: str | None = None,
    ) -> SignedAsset:
        """Sign an asset by its digest; the asset itself is not sent.

        Args:
            asset_sha256: SHA-256 of the asset, as 64 lower-case hexadecimal digits.
            policy_id: The policy to sign under.
            assertions: Content of each assertion by its label.
            tsa: Whether to time-stamp the signature; None leaves it to the policy.
            title: Name of the asset, for people; the manifest shows it. None for none.
            idempotency_key: A new one for each asset, 1 to 255 visible characters. Repeating the
                call with it within a day returns the same result. None for none.

        Raises:
            EdgeSignerClientError: The server refused, or did not answer.
        """
        fields = {
            "asset_sha256": asset_sha256,
            "policy_id": policy_id,
            "assertions": assertions,
            "tenant_id": self._session.credentials.tenant_id,
            "tsa": tsa,
            "title": title,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        body = json.dumps(given).encode()
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        began_s = time.perf_counter()
        response = self._session.request("POST", "/edge-sign", body, headers)
        waited_ms = (time.perf_counter() - began_s) * 1000
        try:
            answer = response.json()
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
            raise self._session.unexpected(response) from None

    def fetch_manifest(self, signed: SignedAsset) -> bytes:
        """Download the manifest store of a signed asset; as a file, it is the asset's sidecar.

        Raises:
            EdgeSignerClientError: It is not there, or there was no answer.
        """
        return self._session.fetch(signed.manifest_url)

    def run_job(self, request_json: bytes, wait_s: float) -> bytes:
        """Run a WebAssembly job and return its result as it came; nothing of it is verified.

        The same bytes are sent again until there is a result, so the job runs once.

        Args:
            request_json: The JobRequest.
            wait_s: How long to keep trying, in seconds.

        Raises:
            EdgeSignerClientError: The server refused, or there was no result in time.
        """
        give_up_s = time.monotonic() + wait_s
        longest_s = _FIRST_DELAY_S
        while True:
            delay_s = None
            try:
                return self._session.request("POST", "/jobs", request_json).data
            except RefusedError as refused:
                if refused.status not in _WORTH_RETRYING or refused.code in _SWITCHED_OFF:
                    raise
                failure: RefusedError | UnreachableError = refused
                delay_s = refused.retry_after_s
            except UnreachableError as unreachable:
                failure = unreachable
            if delay_s is None:
                delay_s = random.uniform(0, longest_s)  # noqa: S311 - no secret
                longest_s = min(_LONGEST_DELAY_S, longest_s * 2)
            if time.monotonic() + delay_s > give_up_s:
                raise failure
            time.sleep(delay_s)


def server_timing(header: str) -> dict[str, float]:
    """Read the durations of a Server-Timing header, in milliseconds and in order."""
    return {name: float(ms) for name, ms in re.findall(r"([\w-]+);dur=([0-9.]+)", header)}
