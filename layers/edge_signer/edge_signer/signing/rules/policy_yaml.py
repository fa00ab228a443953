"""YAML as policies are written in: one meaning a document, and no surprise in its size.

As a program, with a folder, it puts JSON in the place of the documents there: the layer's build
does that with the shipped ones, since a new worker then needs no parser of YAML.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

# PyYAML finds dates, numbers and truth by their look, and lets out what their constructors raise.
_WHAT_VALUES_RAISE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class UnreadableYamlError(Exception):
    """A text is not such YAML; the message says why."""


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is a fault: one of them was meant."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            # A few lines of them could stand for more than any memory holds.
            line = self.line + 1
            raise UnreadableYamlError(f"line {line}: aliases are not taken; write it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise UnreadableYamlError(f"line {node.start_mark.line + 1}: a key stands twice")
        return mapping


def read_yaml(text: str) -> Any:
    """Read a document.

    Raises:
        UnreadableYamlError: Saying what is wrong, and where that is known.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as broken:
        raise UnreadableYamlError(f"is not YAML: {' '.join(str(broken).split())}") from None
    except _WHAT_VALUES_RAISE as broken:
        raise UnreadableYamlError(f"holds a value that cannot be read: {broken}") from None


def write_as_json(folder: Path) -> None:
    """Put JSON in the place of a folder's documents.

    Raises:
        UnreadableYamlError: One of them cannot be read.
    """
    for file in folder.glob("*.yaml"):
        content = json.dumps(read_yaml(file.read_text()), allow_nan=False)
        file.with_suffix(".json").write_text(content)
        file.unlink()


if __name__ == "__main__":
    write_as_json(Path(sys.argv[1]))
