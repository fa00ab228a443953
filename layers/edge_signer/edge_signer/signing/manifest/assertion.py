"""An assertion of a manifest, before an engine encodes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

# Made once: `json.dumps` with custom settings makes an encoder at every call.
_SORTED_JSON = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
)


@dataclass(frozen=True)
class Assertion:
    """One assertion of a manifest.

    Attributes:
        label: The standard's label, without the number of a repeated one.
        content: JSON-like content.
        created: True if the signer vouches for it (`created_assertions`), false if it only passes
            it on (`gathered_assertions`).
        encoding: Deterministic CBOR; or compact JSON with sorted keys, for the assertions that the
            standard defines in JSON (C2PA 2.2 §18.16.2); or a file of the media type that the
            content names (C2PA 2.2 §18.10).
        attachment: The file.
    """

    label: str
    content: dict[str, Any]
    created: bool
    encoding: Literal["cbor", "json", "file"] = "cbor"
    attachment: bytes = b""

    def to_definition(self, attachment: int = 0) -> dict[str, Any]:
        """The form that the module takes; JSON content is one text, which the module copies.

        Args:
            attachment: Where the module finds the assertion's file, if it has one.
        """
        if self.encoding == "file":
            file = {**self.content, "attachment": attachment}
            return {"label": self.label, "created": self.created, "file": file}
        if self.encoding == "json":
            text = _SORTED_JSON.encode(self.content)
            return {"label": self.label, "created": self.created, "json": text}
        return {"label": self.label, "created": self.created, "data": self.content}
