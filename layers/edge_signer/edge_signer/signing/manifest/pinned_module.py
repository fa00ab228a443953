"""A WebAssembly module that the layer ships: its pinned hash, compiling and loading it."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from edge_signer.signing.manifest.wasmtime_engine import Engine, Module, Pool, WasmtimeError


class PinnedModuleError(Exception):
    """The module is not the pinned one, or it has imports."""


@dataclass(frozen=True)
class PinnedModule:
    """A module and the bounds of its instances.

    Attributes:
        path: Its file.
        sha256: Of the bytes that this layer is for, in hexadecimal.
        memory_limit_bytes: The most memory of an instance.
        pool: Where its instances are; None if each gets memory of its own.
    """

    path: Path
    sha256: str
    memory_limit_bytes: int
    pool: Pool | None = None

    @property
    def precompiled_path(self) -> Path:
        """Path of the precompiled module: beside the module, named after what it depends on."""
        return self.path.with_name(self._precompiled_name(version("wasmtime")))

    def read(self) -> bytes:
        """Read the module's bytes.

        Raises:
            PinnedModuleError: Their SHA-256 is not the pinned one.
        """
        wasm = self.path.read_bytes()
        found = hashlib.sha256(wasm).hexdigest()
        if found != self.sha256:
            raise PinnedModuleError(
                f"{self.path.name} has SHA-256 {found}, the pinned one is {self.sha256}"
            )
        return wasm

    def load(self) -> tuple[Engine, Module]:
        """Check the module, then load its precompiled form or compile it.

        Loading makes a worker start faster (`make bench` prints both). A precompiled file is
        trusted like this code because it is in the same read-only layer. If wasmtime refuses it,
        because it is for another version or processor, the module is compiled.

        Raises:
            PinnedModuleError: The hash is wrong, or the module has imports.
        """
        wasm = self.read()
        engine = Engine(self.memory_limit_bytes, self.pool)
        module = self._precompiled(engine) or Module.compiled(engine, wasm)
        if module.import_count:
            raise PinnedModuleError(f"{self.path.name} has imports; it must not have any")
        return engine, module

    def precompile(self) -> Path:
        """Compile for the baseline of this architecture, and write the result beside the module.

        Removes precompiled files of other versions.

        Returns:
            The path written.
        """
        wasm = self.read()
        target = f"{platform.machine()}-unknown-linux-gnu"
        engine = Engine(self.memory_limit_bytes, None, target)
        for outdated in self.path.parent.glob(f"{self.path.stem}-*.cwasm"):
            outdated.unlink()
        self.precompiled_path.write_bytes(Module.compiled(engine, wasm).serialized())
        return self.precompiled_path

    def _precompiled(self, engine: Engine) -> Module | None:
        # Of any version: looking up the installed one takes longer than loading.
        for file in self.path.parent.glob(self._precompiled_name("*")):
            with suppress(WasmtimeError):
                return Module.precompiled(engine, file)
        return None

    def _precompiled_name(self, wasmtime: str) -> str:
        digest = self.sha256[:16]
        return f"{self.path.stem}-{digest}-wasmtime{wasmtime}-{platform.machine()}.cwasm"
