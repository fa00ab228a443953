"""What may come of an input: bytes, or a refusal that has a name."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.conftest import ROOT

_DECLARED = re.compile(r"error\{([A-Za-z,\s]+)\}")
# What another reader of JSON must refuse as well.
_NOT_JSON = {"JsonSyntax", "JsonDuplicateKey"}


@cache
def documented_names() -> frozenset[str]:
    """The errors that the module's sources declare; to be stopped (`Trapped`) is not among them."""
    sources = [file.read_text() for file in (ROOT / "wasm_tbs/src").glob("*.zig")]
    declared = [names for source in sources for names in _DECLARED.findall(source)]
    return frozenset(name for names in declared for name in re.findall(r"\w+", names))


def read_json(text: bytes) -> Any:
    """Read JSON strictly, with Python's reader.

    Raises:
        ValueError: It is no JSON, not UTF-8, has a key twice, or what cannot be written as JSON.
    """
    value = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    # Texts may hold halves of surrogate pairs, numbers be too large.
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


def check_refusal(name: str, definition: bytes) -> None:
    """Check that a refusal has a documented name, and that the reason is true where we can tell.

    Args:
        name: What the refusal is called.
        definition: The JSON that was refused.
    """
    assert name in documented_names(), f"{name} is not documented"
    if name not in _NOT_JSON:
        return
    try:
        read_json(definition)
    except (ValueError, RecursionError):
        return
    raise AssertionError(f"{name}, but another reader takes it")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key twice")
    return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
