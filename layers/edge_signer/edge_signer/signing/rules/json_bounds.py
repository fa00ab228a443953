"""How deep, how many and how long the values of a request may be."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.exact_numbers import InexactNumberError, exact_digits
from edge_signer.signing.rules.strict_model import MAX_PATH_CHARACTERS

MAX_DEPTH = 24
MAX_VALUES = 1500
MAX_TEXT_CHARACTERS = 8192
_SURROGATE = re.compile("[\ud800-\udfff]")
# CBOR holds 64 bits unsigned too, but c2pa-rs writes no integer above the signed range.
_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**63 - 1


def check_bounds(root: str, content: dict[str, Any]) -> None:
    """Refuse JSON that is deeper, larger or longer than the builder is asked to take.

    Args:
        root: What the content is called in messages.
        content: A JSON object.

    Raises:
        InvalidAssertionError: Naming the path at which a bound is passed.
    """
    values = 1
    waiting: list[tuple[_Place, Any]] = [(_Place(None, root, 0), content)]
    while waiting:
        place, value = waiting.pop()
        # Counted before anything is kept of them: a list of zeros is cheap to send.
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
    """Where a value stands; a whole path is put together only for a message."""

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
        raise place.fault("is a number that JSON does not have")
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
