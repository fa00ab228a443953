"""Strict models of client content, limits on its size, and one-sentence faults."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.exact_numbers import InexactNumberError, exact_digits

MAX_PATH_CHARACTERS = 160

#: A namespaced name, such as com.example.name (C2PA 2.2 §6.2.1).
NAMESPACED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)+")

_DEMANDS = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "too_short": "must not be empty",
    "extra_forbidden": "is not a supported field",
    "missing": "is required",
}


class StrictModel(BaseModel):
    """A frozen model that converts no types and accepts no other fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def first_fault(invalid: ValidationError, path: str, *, unwritten: str = "") -> str:
    """Describe the first fault in a sentence that starts with its path.

    Args:
        invalid: The model's error.
        path: The place of the model's input.
        unwritten: A field of the model that the client's short form omits.
    """
    fault = invalid.errors(include_url=False, include_input=False)[0]
    location = fault["loc"][1:] if fault["loc"][:1] == (unwritten,) else fault["loc"]
    for part in location:
        if part != "[key]":
            path += f"[{part}]" if isinstance(part, int) else f".{part}"
    demand = _DEMANDS.get(fault["type"], fault["msg"].replace("Input should be", "must be"))
    return f"{path[:MAX_PATH_CHARACTERS]} {demand}"


MAX_DEPTH = 24
MAX_VALUES = 1500
MAX_TEXT_CHARACTERS = 8192
_SURROGATE = re.compile("[\ud800-\udfff]")
# CBOR also has unsigned 64-bit integers, but c2pa-rs writes none above the signed range.
_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**63 - 1


def check_bounds(root: str, content: dict[str, Any]) -> None:
    """Refuse JSON that is too deep, too large or too long.

    Args:
        root: Name of the content in messages.
        content: A JSON object.

    Raises:
        InvalidAssertionError: It exceeds a limit; the message names the path.
    """
    values = 1
    waiting: list[tuple[_Place, Any]] = [(_Place(None, root, 0), content)]
    while waiting:
        place, value = waiting.pop()
        # Counted before they are queued: a long list of zeros is cheap to send.
        values += len(value) if isinstance(value, dict | list) else 0
        if values > MAX_VALUES:
            raise InvalidAssertionError(f"{root} hold more than {MAX_VALUES} values")
        if place.depth > MAX_DEPTH:
            raise place.fault(f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            for name, item in value.items():
                _check_text(place, name)
                waiting.append((_Place(place, f".{name}", place.depth + 1), item))
        elif isinstance(value, list):
            waiting.extend(
                (_Place(place, f"[{position}]", place.depth + 1), item)
                for position, item in enumerate(value)
            )
        elif isinstance(value, str):
            _check_text(place, value)
        elif isinstance(value, float):
            _check_float(place, value)
        elif isinstance(value, int) and not _MIN_INTEGER <= value <= _MAX_INTEGER:
            raise place.fault("is an integer outside the signed 64-bit range")


class _Place(NamedTuple):
    """The place of a value; the whole path is built only for a message."""

    above: _Place | None
    step: str
    depth: int

    def fault(self, demand: str) -> InvalidAssertionError:
        steps = []
        place: _Place | None = self
        while place is not None:
            steps.append(place.step[:MAX_PATH_CHARACTERS])
            place = place.above
        return InvalidAssertionError(f"{''.join(reversed(steps))[:MAX_PATH_CHARACTERS]} {demand}")


def _check_float(place: _Place, number: float) -> None:
    if not math.isfinite(number):
        raise place.fault("is not a finite number")
    try:
        exact_digits(number)
    except InexactNumberError:
        raise place.fault(
            "is a number that c2pa-rs cannot read exactly; write it with at most 15 digits"
        ) from None


def _check_text(place: _Place, text: str) -> None:
    if len(text) > MAX_TEXT_CHARACTERS:
        raise place.fault(f"is longer than {MAX_TEXT_CHARACTERS} characters")
    if _SURROGATE.search(text):
        raise place.fault("holds half of a surrogate pair")
