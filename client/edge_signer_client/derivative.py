"""What the manifest of a derivative says: the original was opened, changed, and encoded again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_signer_client.embedded_store import embedded_store
from edge_signer_client.ingredient import Ingredient

_OPENED = "c2pa.opened"
_CONVERTED, _TRANSCODED = "c2pa.converted", "c2pa.transcoded"
_ENCODINGS = {_CONVERTED, _TRANSCODED, "c2pa.repackaged"}


def parent_of(original: Path | bytes | Ingredient) -> Ingredient:
    """Return the original as the parent of its derivative.

    Raises:
        AssetLayoutError: It is damaged, or its content is of a format that is not supported.
        OSError: It cannot be read.
        ValueError: It is an ingredient, and no parent.
    """
    if isinstance(original, Path):
        return Ingredient.of_file(original, "parentOf")
    if isinstance(original, bytes):
        return Ingredient.of_bytes(original, "parentOf")
    if original.relationship != "parentOf":
        raise ValueError(f"the original must be parentOf, not {original.relationship}")
    return original


def history(
    original_type: str | None, derivative: bytes, actions: Sequence[str | dict[str, Any]]
) -> dict[str, Any]:
    """Return the assertions about a derivative.

    Args:
        original_type: The original's media type; None if that is not known.
        derivative: The file.
        actions: What was done, by name, or as in the request.

    Raises:
        AssetLayoutError: The derivative is damaged, or of a format that is not supported.
    """
    done = [{"action": one} if isinstance(one, str) else one for one in actions]
    if not _ENCODINGS.intersection(str(one.get("action")) for one in done):
        media_type = embedded_store(io.BytesIO(derivative)).media_type
        is_converted = original_type not in {None, media_type}
        done.append({"action": _CONVERTED if is_converted else _TRANSCODED})
    return {"c2pa.actions.v2": {"actions": [{"action": _OPENED}, *done]}}
