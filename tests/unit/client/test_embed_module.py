"""The module that knows the layouts asks nothing of its host."""

from __future__ import annotations

import wasmtime

from edge_signer_client.layout_module import MODULE_PATH


def test_the_module_has_no_imports() -> None:
    assert wasmtime.Module.from_file(wasmtime.Engine(), str(MODULE_PATH)).imports == []


def test_the_module_is_small_enough_for_a_page() -> None:
    assert MODULE_PATH.stat().st_size <= 128 * 1024
