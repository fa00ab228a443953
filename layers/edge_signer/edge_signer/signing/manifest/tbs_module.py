"""The WebAssembly module that builds manifests."""

from __future__ import annotations

from pathlib import Path

from edge_signer.signing.manifest.pinned_module import PinnedModule
from edge_signer.signing.manifest.wasmtime_engine import Pool

#: The module that this layer is for; `make wasm` writes this line.
TBS_MODULE_SHA256 = "e97f719e6a4250eb72d4098ce782455e7f0cefd926d6fada0a26a3a29077796b"
MEMORY_LIMIT_BYTES = 4 * 1024 * 1024
# A worker has one request at a time; the rest is for instances that wait for collection.
INSTANCES_AT_ONCE = 32
# As much as an ordinary manifest uses: stack, constants, input, arena.
KEPT_MEMORY_BYTES = 128 * 1024

TBS_MODULE = PinnedModule(
    Path(__file__).parent / "tbs.wasm",
    TBS_MODULE_SHA256,
    MEMORY_LIMIT_BYTES,
    Pool(INSTANCES_AT_ONCE, KEPT_MEMORY_BYTES),
)

if __name__ == "__main__":
    print(TBS_MODULE.precompile())
