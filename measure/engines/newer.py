"""Tell whether a registry has a newer version of an engine that judges what we sign.

`make newer-engines` runs it. It exits with 1 where there is one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

from measure.engines.engines import NODE
from tests.judges.borrowed import Missing, program

_PYTHON = ("c2pa-python", "encypher-c2pa")
#: It stands for engines that nobody updated.
_KEPT_OLD = {"@contentauth/c2pa-node"}

Newest = Callable[[str], str]


def newest_on_pypi(package: str) -> str:
    """Give the newest version that can be installed here."""
    said = _said(sys.executable, "-m", "pip", "index", "versions", package)
    found = re.search(r"\(([^)]+)\)", said)
    if found is None:
        raise Missing(f"pip names no version of {package}")
    return found[1]


def newest_on_npm(package: str) -> str:
    """Give the newest version."""
    return _said(program("npm"), "view", package, "version").strip()


def pinned() -> Mapping[str, tuple[str, Newest]]:
    """Give each engine's package, the version in use, and who knows the newest."""
    dependencies = json.loads((NODE / "package.json").read_text())["dependencies"]
    return {
        **{name: (version(name), newest_on_pypi) for name in _PYTHON},
        **{
            name: (used, newest_on_npm)
            for name, used in dependencies.items()
            if name not in _KEPT_OLD
        },
    }


def main(engines: Mapping[str, tuple[str, Newest]] | None = None) -> bool:
    """Print versions in use beside the newest; tell whether one is newer or unknown."""
    table = Table("package", "in use", "newest")
    is_behind = False
    for package, (used, newest) in (engines or pinned()).items():
        try:
            found = newest(package)
        except Missing as missing:
            found = f"unknown: {missing}"
        is_behind = is_behind or found != used
        table.add_row(package, used, found)
    Console().print(table)
    return is_behind


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise Missing((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
