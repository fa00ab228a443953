"""How to install a package of Python or Node for one run of the table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from measure.survival.tools import Ready
from tests.judges.borrowed import install, program


def in_python(package: str, version: str) -> Callable[[Path], Ready]:
    """Give how to install a package of Python; its command is an interpreter that has it."""

    def prepare(folder: Path) -> Ready:
        environment = folder / "python"
        python = environment / "bin/python"
        if not python.exists():
            install("an environment", [sys.executable, "-m", "venv", environment], folder)
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        install(package, [*pip, f"{package}=={version}"], folder)
        return Ready(version, (str(python),))

    return prepare


def in_node(package: str, version: str, *starts: str) -> Callable[[Path], Ready]:
    """Give how to install a package of Node.

    Args:
        package: Its name.
        version: Its version.
        starts: The command, where `{home}` stands for the package's folder; without one, an
            interpreter that finds the package.
    """

    def prepare(folder: Path) -> Ready:
        node, home = program("node"), folder / "node"
        home.mkdir(exist_ok=True)
        wanted: list[str | Path] = [
            program("npm"),
            "install",
            "--prefix",
            home,
            "--no-audit",
            "--no-fund",
        ]
        install(package, [*wanted, f"{package}@{version}"], home)
        modules = home / "node_modules"
        if starts:
            command = tuple(part.format(home=modules / package) for part in starts)
            return Ready(version, (program(command[0]), *command[1:]))
        return Ready(version, (program("env"), f"NODE_PATH={modules}", node))

    return prepare
