"""The modules are those that were reviewed, or nothing is built."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge_signer.signing.layout.embed_module import EMBED_MODULE
from edge_signer.signing.manifest.pinned_module import PinnedModule, PinnedModuleError
from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from edge_signer.signing.manifest.wasmtime_engine import InstancePre, Module
from tests.conftest import ROOT

MODULES = (TBS_MODULE, EMBED_MODULE)


@pytest.fixture
def module_copy(tmp_path: Path) -> PinnedModule:
    return replace(TBS_MODULE, path=Path(shutil.copy(TBS_MODULE.path, tmp_path)))


def test_a_module_with_one_changed_byte_is_not_loaded(module_copy: PinnedModule) -> None:
    changed = bytearray(module_copy.path.read_bytes())
    changed[-1] ^= 1
    module_copy.path.write_bytes(changed)
    with pytest.raises(PinnedModuleError, match="pinned"):
        module_copy.load()


def test_a_changed_module_is_refused_even_beside_a_good_precompiled_one(
    module_copy: PinnedModule,
) -> None:
    module_copy.precompile()
    module_copy.path.write_bytes(b"\0asm\1\0\0\0")
    with pytest.raises(PinnedModuleError):
        module_copy.load()


@pytest.mark.parametrize("module", MODULES, ids=lambda one: one.path.stem)
def test_a_module_asks_for_no_imports(module: PinnedModule) -> None:
    _, loaded = module.load()
    assert loaded.import_count == 0


def test_a_module_with_imports_is_refused(tmp_path: Path) -> None:
    from wasmtime import wat2wasm

    importing = bytes(wat2wasm('(module (import "env" "f" (func)))'))
    path = tmp_path / "tbs.wasm"
    path.write_bytes(importing)
    digest = hashlib.sha256(importing).hexdigest()
    with pytest.raises(PinnedModuleError, match="imports"):
        replace(TBS_MODULE, path=path, sha256=digest).load()


def test_a_precompiled_module_is_loaded_without_compiling(
    module_copy: PinnedModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    module_copy.precompile()

    def compiled(*_: object) -> Module:
        raise AssertionError("compiled")

    monkeypatch.setattr(Module, "compiled", compiled)
    module_copy.load()


def test_a_precompiled_module_that_wasmtime_refuses_is_compiled_instead(
    module_copy: PinnedModule,
) -> None:
    module_copy.precompiled_path.write_bytes(b"of another version")
    engine, module = module_copy.load()
    InstancePre(engine, module)


def test_precompiling_leaves_no_outdated_file(module_copy: PinnedModule) -> None:
    outdated = module_copy.path.with_name("tbs-0000-wasmtime1.0-x86_64.cwasm")
    outdated.write_bytes(b"")
    assert module_copy.precompile() == module_copy.precompiled_path
    assert not outdated.exists()


def test_the_checksum_file_and_the_pin_are_the_modules() -> None:
    digest = hashlib.sha256(TBS_MODULE.read()).hexdigest()
    assert (ROOT / "wasm_tbs/tbs.wasm.sha256").read_text() == f"{digest}  tbs.wasm\n"


@pytest.mark.parametrize("module", MODULES, ids=lambda one: one.path.stem)
def test_a_module_is_small_enough_to_review(module: PinnedModule) -> None:
    assert module.path.stat().st_size <= 128 * 1024


def test_the_modules_own_tests_pass(tmp_path: Path) -> None:
    # A cache of its own: in one that several checkouts share, another one's result may be found.
    tests = subprocess.run(
        [
            *(sys.executable, "-m", "ziglang", "test", ROOT / "wasm_tbs/src/tbs.zig"),
            *("--cache-dir", tmp_path),
        ],
        capture_output=True,
        text=True,
    )
    assert tests.returncode == 0, tests.stderr
    assert "passed" in tests.stderr
