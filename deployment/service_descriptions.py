"""What botocore reads to make a client, cut down to what a client of ours reads.

Its descriptions of all services are most of its bytes, and parsing them is most of what making a
client takes: workers wait for that before their first request.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

from deployment.packages import BuildError

# Documentation, for people.
_UNREAD = "examples-1.json"


def keep_services(models: Path, services: frozenset[str]) -> None:
    """Drop the descriptions of all AWS services but some, and their documentation.

    Args:
        models: botocore's folder `data`.
        services: Those of which there are clients; their endpoints' names are the same.

    Raises:
        BuildError: One of them has no description.
    """
    if missing := sorted(name for name in services if not (models / name).is_dir()):
        raise BuildError(f"botocore does not describe {', '.join(missing)}")
    for service in models.iterdir():
        if service.is_dir() and service.name not in services:
            shutil.rmtree(service)
    for unread in models.rglob(_UNREAD):
        unread.unlink()
    for packed in sorted(models.rglob("*.json.gz")):
        description = json.loads(gzip.decompress(packed.read_bytes()))
        _write(packed.with_suffix(""), without_documentation(description))
        packed.unlink()
    endpoints = json.loads((models / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in known if name in services}
    _write(models / "endpoints.json", endpoints)


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
