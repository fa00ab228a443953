"""What nobody may find in anything that a system wrote."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

# Shorter values are words that a log may well hold.
_SHORTEST = 16
# A line that was cut short still gives a secret away.
_PIECE = 24


class Secrets:
    """Remembers secrets, and finds them, or their beginning or end, in what was written."""

    def __init__(self) -> None:
        self._kept: dict[bytes, str] = {}

    def keep(self, name: str, secret: str | bytes | None) -> None:
        """Remember a secret by a name that may be shown."""
        value = secret.encode() if isinstance(secret, str) else secret or b""
        if len(value) >= _SHORTEST:
            self._kept[value] = name

    def keep_request(self, body: Any, headers: Mapping[str, str]) -> None:
        """Remember what is secret in a request: its token and its inline asset."""
        self.keep("token", headers.get("Authorization", "").removeprefix("Bearer "))
        fields = body
        if isinstance(body, bytes):
            try:
                fields = json.loads(body)
            except ValueError:
                return
        inline = fields.get("asset_inline") if isinstance(fields, dict) else None
        if isinstance(inline, str):
            self.keep("inline asset", inline)
            try:
                self.keep("inline asset, decoded", base64.b64decode(inline, validate=True))
            except ValueError:
                return

    def found_in(self, written: Mapping[str, bytes]) -> list[str]:
        """Tell what was written where, in words that hold no secret themselves."""
        return sorted(
            {
                f"{name} in {place}"
                for secret, name in self._kept.items()
                for place, text in written.items()
                if secret[:_PIECE] in text or secret[-_PIECE:] in text
            }
        )


#: Those of the end-to-end tests; the system's end looks for them.
SENT = Secrets()
