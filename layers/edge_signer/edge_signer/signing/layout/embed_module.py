"""The WebAssembly module that knows where manifest stores go in files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from edge_signer.signing.manifest.pinned_module import PinnedModule
from edge_signer.signing.manifest.wasmtime_engine import Engine, InstancePre
from edge_signer.signing.manifest.wasmtime_instance import BareInstance

#: The module that this layer is for; `make wasm` writes this line.
EMBED_MODULE_SHA256 = "886f77dde9e0dc98c483bf4485457f0a868a3973424816310c3238f1fb425c5b"
MEMORY_LIMIT_BYTES = 32 * 1024 * 1024

EMBED_MODULE = PinnedModule(
    Path(__file__).parent / "embed.wasm", EMBED_MODULE_SHA256, MEMORY_LIMIT_BYTES
)


def embed_instance(fuel: int) -> BareInstance:
    """Make an instance for one asset; a used one would keep bytes of another tenant's.

    The module is loaded for the first one, not when a worker starts.

    Args:
        fuel: For all calls together.

    Raises:
        PinnedModuleError: The module is not the pinned one.
    """
    engine, instance_pre = _linked()
    return BareInstance(engine, instance_pre, fuel=fuel, memory_bytes=MEMORY_LIMIT_BYTES)


@cache
def _linked() -> tuple[Engine, InstancePre]:
    engine, module = EMBED_MODULE.load()
    return engine, InstancePre(engine, module)


if __name__ == "__main__":
    print(EMBED_MODULE.precompile())
