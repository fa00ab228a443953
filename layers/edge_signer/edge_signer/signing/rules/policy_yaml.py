"""Strict YAML for policies: no duplicate keys, and no aliases.

Run as a program with a folder, it replaces the documents there with JSON. The layer's build does so
with the shipped policies, so that a new worker needs no YAML parser.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

# PyYAML recognises dates, numbers and booleans by their form; reading them may raise these.
_WHAT_VALUES_RAISE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class UnreadableYamlError(Exception):
    """The text is not YAML of this kind; the message says why."""


class _Loader(yaml.SafeLoader):
    """YAML without duplicate keys and aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            # A few lines of them can expand to more than fits into memory.
            line = self.line + 1
            raise UnreadableYamlError(f"line {line}: aliases are not supported; repeat the value")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise UnreadableYamlError(f"line {node.start_mark.line + 1}: duplicate key")
        return mapping


def read_yaml(text: str) -> Any:
    """Read a document.

    Raises:
        UnreadableYamlError: It says what is wrong, and where if known.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as broken:
        raise UnreadableYamlError(f"is not YAML: {' '.join(str(broken).split())}") from None
    except _WHAT_VALUES_RAISE as broken:
        raise UnreadableYamlError(f"holds a value that cannot be read: {broken}") from None


def write_as_json(folder: Path) -> None:
    """Replace a folder's documents with JSON.

    Raises:
        UnreadableYamlError: A document cannot be read.
    """
    for file in folder.glob("*.yaml"):
        content = json.dumps(read_yaml(file.read_text()), allow_nan=False)
        file.with_suffix(".json").write_text(content)
        file.unlink()


if __name__ == "__main__":
    write_as_json(Path(sys.argv[1]))
