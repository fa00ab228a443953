"""A virtual environment for wasmer, which has wheels for CPython 3.10 and none for a later one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.judges.borrowed import Missing, install

REQUIREMENTS = ROOT / "requirements/wasmer.txt"
FOLDER = ROOT / ".venv-wasmer"
_WHICH = "import sys; print(sys.implementation.name, *sys.version_info[:2])"


def interpreter() -> Path:
    """Give the environment's Python; the first time, make the environment.

    Raises:
        Missing: There is no CPython 3.10, or the packages are not available.
    """
    python, installed = FOLDER / "bin/python", FOLDER / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not installed.exists() or installed.read_text() != wanted:
        install("a virtual environment", [_python310(), "-m", "venv", "--clear", FOLDER], ROOT)
        pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        pinned = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(REQUIREMENTS)]
        install("wasmer", pip + pinned, ROOT)
        installed.write_text(wanted)
    return python


def _python310() -> str:
    for candidate in _candidates():
        # A shim may be on the PATH whose interpreter is not: only one that runs counts.
        told = subprocess.run([candidate, "-c", _WHICH], capture_output=True, text=True)
        if told.stdout.split() == ["cpython", "3", "10"]:
            return candidate
    raise Missing("no CPython 3.10 here (PYTHON310 may name one)")


def _candidates() -> Iterator[str]:
    named = os.environ.get("PYTHON310")
    if found := shutil.which(named or "python3.10"):
        yield found
    if not named and (pyenv := shutil.which("pyenv")):
        told = subprocess.run([pyenv, "prefix", "3.10"], capture_output=True, text=True)
        if told.returncode == 0:
            yield f"{told.stdout.strip()}/bin/python3.10"
