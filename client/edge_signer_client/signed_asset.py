"""What the API says of a signature."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

import urllib3


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
        manifest_store: The sidecar, or what `embed` wrote into the asset.
        media_type: Of the asset that `embed` signed, judged by its content; empty for a sidecar.
    """

    manifest_url: str
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None
    waited_ms: float
    total_ms: float
    steps_ms: dict[str, float]
    manifest_store: bytes
    media_type: str = ""

    @classmethod
    def of_answer(cls, response: urllib3.BaseHTTPResponse, waited_ms: float) -> SignedAsset:
        """Read the answer of POST /edge-sign.

        Raises:
            ValueError, KeyError, TypeError, AttributeError, RecursionError: It is not in the form
                of the API.
        """
        answer = response.json()
        manifest_store = base64.b64decode(answer["manifest"], validate=True)
        if manifest_store[4:8] != b"jumb":
            raise ValueError("no manifest store")
        return cls(
            _text(answer["manifest_url"]),
            _text(answer["signing_mode"]),
            _text(answer["kms_key_id"]),
            answer.get("tsa_token_url"),
            waited_ms,
            float(response.headers["X-Total-Time-MS"]),
            server_timing(response.headers.get("Server-Timing", "")),
            manifest_store,
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def server_timing(header: str) -> dict[str, float]:
    """Read the durations of a Server-Timing header, in milliseconds and in order."""
    return {name: float(ms) for name, ms in re.findall(r"([\w-]+);dur=([0-9.]+)", header)}
