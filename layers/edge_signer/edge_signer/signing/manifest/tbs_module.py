"""The WebAssembly module that builds manifests: its pinned hash, compiling and loading it."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from edge_signer.signing.manifest.wasmtime_engine import Engine, Module, Pool, WasmtimeError

#: The module that this layer is for; `make wasm` writes this line.
TBS_MODULE_SHA256 = "1d767c452534e7d8681ee1e7ec93a557345965219887b24c098a2964ec777401"
MODULE_PATH = Path(__file__).parent / "tbs.wasm"
MEMORY_LIMIT_BYTES = 4 * 1024 * 1024
# A worker has one request at a time; the rest is for instances that wait for collection.
INSTANCES_AT_ONCE = 32
# As much as an ordinary manifest uses: stack, constants, input, arena.
KEPT_MEMORY_BYTES = 128 * 1024


class TbsModuleError(Exception):
    """The module is not the pinned one, or it has imports."""


def precompiled_path(module_path: Path = MODULE_PATH) -> Path:
    """Path of the precompiled module: beside the module, named after what it depends on."""
    return module_path.with_name(_precompiled_name(module_path, version("wasmtime")))


def _precompiled_name(module_path: Path, wasmtime: str) -> str:
    digest = TBS_MODULE_SHA256[:16]
    return f"{module_path.stem}-{digest}-wasmtime{wasmtime}-{platform.machine()}.cwasm"


def read_module(module_path: Path = MODULE_PATH) -> bytes:
    """Read the module's bytes.

    Raises:
        TbsModuleError: Their SHA-256 is not the pinned one.
    """
    wasm = module_path.read_bytes()
    found = hashlib.sha256(wasm).hexdigest()
    if found != TBS_MODULE_SHA256:
        raise TbsModuleError(
            f"{module_path.name} has SHA-256 {found}, the pinned one is {TBS_MODULE_SHA256}"
        )
    return wasm


def load_module(module_path: Path = MODULE_PATH) -> tuple[Engine, Module]:
    """Check the module, then load its precompiled form or compile it.

    Loading makes a worker start faster (`make bench` prints both). A precompiled file is trusted
    like this code because it is in the same read-only layer. If wasmtime refuses it, because it
    is for another version or processor, the module is compiled.

    Raises:
        TbsModuleError: The hash is wrong, or the module has imports.
    """
    wasm = read_module(module_path)
    engine = Engine(MEMORY_LIMIT_BYTES, Pool(INSTANCES_AT_ONCE, KEPT_MEMORY_BYTES))
    module = _precompiled(engine, module_path) or Module.compiled(engine, wasm)
    if module.import_count:
        raise TbsModuleError(f"{module_path.name} has imports; the builder must not have any")
    return engine, module


def _precompiled(engine: Engine, module_path: Path) -> Module | None:
    # Of any version: looking up the installed one takes longer than loading.
    for file in module_path.parent.glob(_precompiled_name(module_path, "*")):
        with suppress(WasmtimeError):
            return Module.precompiled(engine, file)
    return None


def precompile(module_path: Path = MODULE_PATH) -> Path:
    """Compile for the baseline of this architecture, and write the result beside the module.

    Removes precompiled files of other versions.

    Returns:
        The path written.
    """
    wasm = read_module(module_path)
    engine = Engine(MEMORY_LIMIT_BYTES, None, f"{platform.machine()}-unknown-linux-gnu")
    target = precompiled_path(module_path)
    for outdated in target.parent.glob("tbs-*.cwasm"):
        outdated.unlink()
    target.write_bytes(Module.compiled(engine, wasm).serialized())
    return target


if __name__ == "__main__":
    print(precompile())
