"""wasmtime-py's engine with the settings of the builder's host: the same machine code."""

from __future__ import annotations

from wasmtime import Config, Engine

from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES
from edge_signer.signing.manifest.wasmtime_engine import GUARD_BYTES


def engine_like_the_hosts() -> Engine:
    """Give an engine without a pool; a test compares what it compiles with what the host's does."""
    config = Config()
    config.memory_reservation = MEMORY_LIMIT_BYTES
    config.memory_guard_size = GUARD_BYTES
    config.consume_fuel = True
    config.wasm_threads = False
    config.wasm_memory64 = False
    return Engine(config)
