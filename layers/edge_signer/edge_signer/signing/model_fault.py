"""What a model says of wrong input, as one sentence that begins with the path."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

MAX_PATH_CHARACTERS = 160

_DEMANDS = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "too_short": "must not be empty",
    "extra_forbidden": "is not a field that this signer makes",
    "missing": "is required",
}


def first_fault(invalid: ValidationError, path: str, *, skip: Sequence[str] = ()) -> str:
    """Give the first fault.

    Args:
        invalid: What the model raised.
        path: Where the model's input stood.
        skip: Leading parts of the fault's place that the client did not write.
    """
    fault = invalid.errors(include_url=False, include_input=False)[0]
    location = fault["loc"]
    if skip and location[: len(skip)] == tuple(skip):
        location = location[len(skip) :]
    for part in location:
        if part != "[key]":
            path += f"[{part}]" if isinstance(part, int) else f".{part}"
    demand = _DEMANDS.get(fault["type"], fault["msg"].replace("Input should be", "must be"))
    return f"{path[:MAX_PATH_CHARACTERS]} {demand}"
