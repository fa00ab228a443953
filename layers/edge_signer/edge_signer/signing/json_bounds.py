"""How deep, how many and how long the values of a request may be."""

from __future__ import annotations

import math
from typing import Any

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.model_fault import MAX_PATH_CHARACTERS

MAX_DEPTH = 24
MAX_VALUES = 1500
MAX_TEXT_CHARACTERS = 8192
_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**63 - 1


def check_bounds(root: str, content: dict[str, Any]) -> None:
    """Refuse JSON that is deeper, larger or longer than the builder is asked to take.

    Args:
        root: What the content is called in messages.
        content: A JSON object.

    Raises:
        InvalidAssertionError: Naming the path at which a bound is passed.
    """
    values = 0
    waiting: list[tuple[str, Any, int]] = [(root, content, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        values += 1
        _require(values <= MAX_VALUES, root, f"hold more than {MAX_VALUES} values")
        _require(depth <= MAX_DEPTH, path, f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            for name, item in value.items():
                _check_text(path, name)
                waiting.append((f"{path}.{name}", item, depth + 1))
        elif isinstance(value, list):
            waiting.extend((f"{path}[{i}]", item, depth + 1) for i, item in enumerate(value))
        elif isinstance(value, str):
            _check_text(path, value)
        elif isinstance(value, float):
            _require(math.isfinite(value), path, "is a number that JSON does not have")
        elif isinstance(value, int):
            fits = _MIN_INTEGER <= value <= _MAX_INTEGER
            _require(fits, path, "is an integer of more than 64 bits")


def _check_text(path: str, text: str) -> None:
    _require(
        len(text) <= MAX_TEXT_CHARACTERS, path, f"is longer than {MAX_TEXT_CHARACTERS} characters"
    )
    _require(
        not any("\ud800" <= character <= "\udfff" for character in text),
        path,
        "holds half of a surrogate pair",
    )


def _require(holds: bool, path: str, demand: str) -> None:
    if not holds:
        raise InvalidAssertionError(f"{path[:MAX_PATH_CHARACTERS]} {demand}")
