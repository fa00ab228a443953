"""What botocore reads to make a client, cut down to what a client of ours reads.

Its descriptions of all services are most of its bytes, and parsing them is most of what making a
client takes: workers wait for that before their first request.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from deployment.packages import BuildError

# Documentation, for people.
_UNREAD = "examples-1.json"
# Operations and shapes; the other files say where endpoints are, how to page, and what to wait for.
_INTERFACE = "service-2.json.gz"


def keep_operations(models: Path, operations: Mapping[str, Collection[str]]) -> None:
    """Drop the descriptions of all operations of AWS but some, and their documentation.

    Args:
        models: botocore's folder `data`.
        operations: Those that are called, by service; the services' endpoints have the same names.

    Raises:
        BuildError: One of them has no description.
    """
    for described in models.iterdir():
        if described.is_dir() and described.name not in operations:
            shutil.rmtree(described)
    for service, called in operations.items():
        versions = sorted((models / service).glob("*"))
        if not versions:
            raise BuildError(f"botocore does not describe {service}")
        for outdated in versions[:-1]:
            shutil.rmtree(outdated)
        _keep_called(versions[-1], called)
    endpoints = json.loads((models / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in known if name in operations}
    _write(models / "endpoints.json", endpoints)


def _keep_called(version: Path, called: Collection[str]) -> None:
    """Cut down one version of a service's interface, a folder."""
    if not (version / _INTERFACE).is_file():
        raise BuildError(f"botocore does not describe {version.parent.name}")
    (version / _UNREAD).unlink(missing_ok=True)
    for packed in sorted(version.glob("*.json.gz")):
        description = json.loads(gzip.decompress(packed.read_bytes()))
        if packed.name == _INTERFACE:
            description = with_operations(description, called)
        _write(packed.with_suffix(""), without_documentation(description))
        packed.unlink()


def with_operations(interface: dict[str, Any], called: Collection[str]) -> dict[str, Any]:
    """Cut an interface down to some operations, and to the shapes that they are made of.

    Args:
        interface: botocore's `service-2.json`.
        called: Names of operations.

    Raises:
        BuildError: It has no such operation.
    """
    if missing := sorted(set(called) - interface["operations"].keys()):
        raise BuildError(f"botocore does not describe {', '.join(missing)}")
    operations = {name: interface["operations"][name] for name in sorted(called)}
    kept: set[str] = set()
    waiting = list(_named_shapes(operations))
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting.extend(_named_shapes(interface["shapes"][name]))
    shapes = {name: shape for name, shape in interface["shapes"].items() if name in kept}
    return {**interface, "operations": operations, "shapes": shapes}


def _named_shapes(description: Any) -> Iterator[str]:
    if isinstance(description, dict):
        for name, part in description.items():
            if name == "shape" and isinstance(part, str):
                yield part
            else:
                yield from _named_shapes(part)
    elif isinstance(description, list):
        for part in description:
            yield from _named_shapes(part)


def without_documentation(description: Any) -> Any:
    """Empty the texts of a description; botocore asks for some, so they stay as empty ones."""
    if isinstance(description, dict):
        return {
            name: ""
            if name == "documentation" and isinstance(part, str)
            else without_documentation(part)
            for name, part in description.items()
        }
    if isinstance(description, list):
        return [without_documentation(part) for part in description]
    return description


def _write(file: Path, description: Any) -> None:
    file.write_text(json.dumps(description, separators=(",", ":")), encoding="utf-8")
