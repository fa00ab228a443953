"""JSON objects that every reader understands alike: no name stands in them twice."""

from __future__ import annotations

from typing import Any


class RepeatedNameError(ValueError):
    """A name stands twice in an object.

    Attributes:
        name: The first such name.
    """

    def __init__(self, name: str) -> None:
        super().__init__("duplicate name in an object")
        self.name = name


def object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; `object_pairs_hook` of `json.loads`.

    Raises:
        RepeatedNameError: A name stands twice in it.
    """
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise RepeatedNameError(name)
        content[name] = value
    return content
