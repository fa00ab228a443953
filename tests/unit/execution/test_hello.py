"""The example's module is what its source gives."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT


def test_the_source_gives_the_committed_module_byte_for_byte() -> None:
    check = subprocess.run(
        [sys.executable, "-m", "examples.build", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert check.returncode == 0, check.stderr
