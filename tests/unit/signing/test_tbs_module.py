"""The module is the one that was reviewed, or nothing is built."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from edge_signer.signing.manifest import tbs_module
from edge_signer.signing.manifest.tbs_module import (
    MODULE_PATH,
    TBS_MODULE_SHA256,
    TbsModuleError,
    load_module,
    precompile,
    precompiled_path,
    read_module,
)
from edge_signer.signing.manifest.wasmtime_engine import InstancePre, Module
from tests.conftest import ROOT

WASM_TBS = ROOT / "wasm_tbs"


@pytest.fixture
def module_copy(tmp_path: Path) -> Path:
    copy = tmp_path / "tbs.wasm"
    copy.write_bytes(MODULE_PATH.read_bytes())
    return copy


def test_a_module_with_one_changed_byte_is_not_loaded(module_copy: Path) -> None:
    changed = bytearray(module_copy.read_bytes())
    changed[-1] ^= 1
    module_copy.write_bytes(changed)
    with pytest.raises(TbsModuleError, match="pinned"):
        load_module(module_copy)


def test_a_changed_module_is_refused_even_beside_a_good_precompiled_one(module_copy: Path) -> None:
    precompile(module_copy)
    module_copy.write_bytes(b"\0asm\1\0\0\0")
    with pytest.raises(TbsModuleError):
        load_module(module_copy)


def test_the_module_asks_for_no_imports() -> None:
    _, module = load_module()
    assert module.import_count == 0


def test_a_module_with_imports_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wasmtime import wat2wasm

    importing = bytes(wat2wasm('(module (import "env" "f" (func)))'))
    path = tmp_path / "tbs.wasm"
    path.write_bytes(importing)
    monkeypatch.setattr(tbs_module, "TBS_MODULE_SHA256", hashlib.sha256(importing).hexdigest())
    with pytest.raises(TbsModuleError, match="imports"):
        load_module(path)


def test_a_precompiled_module_is_loaded_without_compiling(
    module_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precompile(module_copy)

    def compiled(*_: object) -> Module:
        raise AssertionError("compiled")

    monkeypatch.setattr(Module, "compiled", compiled)
    load_module(module_copy)


def test_a_precompiled_module_that_wasmtime_refuses_is_compiled_instead(module_copy: Path) -> None:
    precompiled_path(module_copy).write_bytes(b"of another version")
    engine, module = load_module(module_copy)
    InstancePre(engine, module)


def test_precompiling_leaves_no_outdated_file(module_copy: Path) -> None:
    outdated = module_copy.with_name("tbs-0000-wasmtime1.0-x86_64.cwasm")
    outdated.write_bytes(b"")
    assert precompile(module_copy) == precompiled_path(module_copy)
    assert not outdated.exists()


def test_the_checksum_file_and_the_pin_are_the_modules() -> None:
    digest = hashlib.sha256(read_module()).hexdigest()
    assert (WASM_TBS / "tbs.wasm.sha256").read_text() == f"{digest}  tbs.wasm\n"
    assert digest == TBS_MODULE_SHA256


def test_the_module_is_small_enough_to_review() -> None:
    assert MODULE_PATH.stat().st_size <= 128 * 1024


def test_the_modules_own_tests_pass(tmp_path: Path) -> None:
    # A cache of its own: in one that several checkouts share, another one's result may be found.
    tests = subprocess.run(
        [
            *(sys.executable, "-m", "ziglang", "test", WASM_TBS / "src/tbs.zig"),
            *("--cache-dir", tmp_path),
        ],
        capture_output=True,
        text=True,
    )
    assert tests.returncode == 0, tests.stderr
    assert "passed" in tests.stderr
