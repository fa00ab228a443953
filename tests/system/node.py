"""Node, which runs the client for web pages outside of one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

CLIENT = ROOT / "clients/js"


def node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the client's folder."""
    interpreter = shutil.which("node")
    if interpreter is None:
        pytest.skip("node is not installed: the client for web pages was not tried in it")
    # Without the flag, one run in ten never ends on busy cores: Node waits for V8's compiler, which
    # waits for Node to collect garbage.
    command = [interpreter, "--no-concurrent-recompilation", *arguments]
    return subprocess.run(command, cwd=CLIENT, capture_output=True, text=True, timeout=120)


def node_tools() -> Path:
    """Install the compiler of TypeScript if need be, and return the folder of its programs."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: TypeScript was not compiled")
    made = CLIENT / "node_modules/.made"
    subprocess.run(["make", "--silent", made.relative_to(ROOT)], cwd=ROOT, check=True, timeout=300)
    return made.parent / ".bin"
