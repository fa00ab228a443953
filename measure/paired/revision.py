"""A revision in a working tree of its own, and a system that runs its functions."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.running_system import running_system
from emulator.local_state import LocalState, checkout

# What the functions import, and what `make setup` precompiles.
_LAYER = "layers/edge_signer"
_NEEDS = "requirements/run.txt"
_PRECOMPILED = (
    "edge_signer.signing.manifest.tbs_module",
    "edge_signer.signing.layout.embed_module",
)


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Check a revision out beside the checkout, for as long as the context lasts.

    Raises:
        subprocess.CalledProcessError: Git has no such revision.
    """
    with tempfile.TemporaryDirectory(prefix="edge-signer-") as temporary:
        folder = Path(temporary) / "checkout"
        _git("worktree", "add", "--quiet", "--detach", str(folder), revision)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


@contextmanager
def system_of(folder: Path) -> Iterator[LocalState]:
    """Run a checkout's template, functions and layers on a free port, in a process of its own.

    The emulator is this checkout's, so that two systems differ only in what is deployed.
    """
    interpreter = sys.executable if folder == checkout() else _interpreter(folder)
    with tempfile.TemporaryDirectory() as state:
        served = ("measure.paired.served", state, str(folder / "template.yaml"), interpreter)
        with running_system(Path(state), served) as running:
            yield running


def _interpreter(folder: Path) -> str:
    """Return the Python of a checkout's functions: this one, if it has what they need."""
    if (folder / _NEEDS).read_bytes() != (checkout() / _NEEDS).read_bytes():
        subprocess.run(["make", "--silent", "setup"], cwd=folder, check=True)
        return str(folder / ".venv/bin/python")
    environment = {**os.environ, "PYTHONPATH": str(folder / _LAYER)}
    for module in _PRECOMPILED:
        command = [sys.executable, "-m", module]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return sys.executable


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=checkout(), check=True)
