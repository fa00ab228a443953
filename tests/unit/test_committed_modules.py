"""Each WebAssembly module that is committed is what its source gives."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize("program", ["wasm_tbs.build", "wasm_embed.build", "examples.build"])
def test_the_source_gives_the_committed_module_byte_for_byte(program: str) -> None:
    check = subprocess.run(
        [sys.executable, "-m", program, "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert check.returncode == 0, check.stderr
