"""A small job in a worker that was forked ahead, against compiling or an interpreter for each."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count

from rich.table import Table

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.sandbox import Sandbox
from measure.bench.measurement import medians_us
from tests.media.sample_assets import EXAMPLES

HELLO = EXAMPLES / "hello.wasm"
SAID, PRINTED = "Hello, World!", b"!dlroW ,olleH\n"
# What the next request takes to come; in it, the next worker is forked.
APART_S = 0.03
ROUNDS = 50
# The least that a process for each job has to do; it limits nothing but fuel and memory.
ALONE = """
import sys, wasmtime
config = wasmtime.Config()
config.consume_fuel = True
engine = wasmtime.Engine(config)
linker = wasmtime.Linker(engine)
linker.define_wasi()
module = wasmtime.Module.from_file(engine, sys.argv[1])
store = wasmtime.Store(engine)
store.set_fuel(10**10)
store.set_limits(memory_size=128 << 20)
wasi = wasmtime.WasiConfig()
wasi.argv = ["job", sys.argv[2]]
wasi.inherit_stdout()
store.set_wasi(wasi)
linker.instantiate(store, module).exports(store)["_start"](store)
"""


def tables() -> Iterator[Table]:
    """Measure `hello.wasm` from its bytes to its output."""
    wasm = HELLO.read_bytes()
    granted = effective_limits(Requirements())
    sandbox = Sandbox()

    def in_sandbox() -> None:
        outcome = sandbox.execute(Job(wasm, (SAID,), granted))
        assert outcome.stdout == PRINTED, outcome

    tenants = map(str, count())

    def compiled_for_it() -> None:
        # Each tenant has code of its own.
        outcome = sandbox.execute(Job(wasm, (SAID,), granted, tenant_id=next(tenants)))
        assert outcome.stdout == PRINTED, outcome

    def in_an_interpreter() -> None:
        ran = subprocess.run(
            [sys.executable, "-I", "-c", ALONE, HELLO, SAID], capture_output=True, check=True
        )
        assert ran.stdout == PRINTED, ran

    contestants = {
        "in the sandbox": in_sandbox,
        "waiting only": lambda: time.sleep(APART_S),
        "in the sandbox, compiled for it": compiled_for_it,
        "waiting again": lambda: time.sleep(APART_S),
        "in an interpreter started for it": in_an_interpreter,
    }
    taken_us = medians_us(contestants, rounds=ROUNDS)
    sandbox.close()
    del taken_us["waiting only"], taken_us["waiting again"]
    table = Table("hello.wasm, median", "ms", title="Job")
    for name, median_us in taken_us.items():
        table.add_row(name, f"{median_us / 1000:.1f}")
    yield table
