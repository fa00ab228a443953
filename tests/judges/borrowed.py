"""Programs and packages of other people that this machine has, can get, or must do without."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

# What pip and npm say when the bytes that came are not the pinned ones.
_OTHER_BYTES = ("DO NOT MATCH THE HASHES", "EINTEGRITY")


class Missing(Exception):
    """What cannot be had on this machine; the text says what in one line."""


def program(name: str) -> str:
    """Give the path of a program.

    Raises:
        Missing: It is not on this machine's PATH.
    """
    found = shutil.which(name)
    if found is None:
        raise Missing(f"no {name} here")
    return found


def install(what: str, command: Sequence[str | Path], folder: Path) -> None:
    """Run the installer of a package.

    Raises:
        Missing: It cannot be had.
        RuntimeError: Something came, but not what was pinned: nobody may pass over that.
    """
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        raise Missing(f"{what} takes too long to come") from None
    if done.returncode == 0:
        return
    said = (done.stderr + done.stdout).strip()
    if any(words in said for words in _OTHER_BYTES):
        raise RuntimeError(f"{what} is not what was pinned:\n{said}")
    reasons = [line for line in said.splitlines() if "error" in line.lower()] or [said]
    raise Missing(f"{what} cannot be installed here: {reasons[0]}")
