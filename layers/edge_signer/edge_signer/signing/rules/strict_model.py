"""Models of what clients say: nothing is guessed, and what is wrong is said in one sentence."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_PATH_CHARACTERS = 160

#: A name of somebody's own, such as com.example.name (C2PA 2.2 §6.2.1).
NAMESPACED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)+")

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


class StrictModel(BaseModel):
    """A frozen model that turns no type into another and knows no other fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def first_fault(invalid: ValidationError, path: str, *, unwritten: str = "") -> str:
    """Give the first fault, as a sentence that begins with its path.

    Args:
        invalid: What the model raised.
        path: Where the model's input stood.
        unwritten: The model's field that the client's short form leaves out.
    """
    fault = invalid.errors(include_url=False, include_input=False)[0]
    location = fault["loc"][1:] if fault["loc"][:1] == (unwritten,) else fault["loc"]
    for part in location:
        if part != "[key]":
            path += f"[{part}]" if isinstance(part, int) else f".{part}"
    demand = _DEMANDS.get(fault["type"], fault["msg"].replace("Input should be", "must be"))
    return f"{path[:MAX_PATH_CHARACTERS]} {demand}"
