"""The module that knows the layouts is what its source gives, and asks nothing of its host."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import wasmtime

from edge_signer_client.layout_module import MODULE_PATH

ROOT = Path(__file__).resolve().parents[3]


def test_the_sources_give_the_committed_module_byte_for_byte() -> None:
    check = subprocess.run(
        [sys.executable, "-m", "wasm_embed.build", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert check.returncode == 0, check.stderr


def test_the_module_has_no_imports() -> None:
    assert wasmtime.Module.from_file(wasmtime.Engine(), str(MODULE_PATH)).imports == []


def test_the_module_is_small_enough_for_a_page() -> None:
    assert MODULE_PATH.stat().st_size <= 128 * 1024
