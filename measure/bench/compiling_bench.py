"""What compiling costs with fuel, epochs or neither, and what compiling once saves."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.outcome import Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from measure.bench.execution_bench import APART_S, HELLO
from measure.bench.measurement import medians_us
from measure.bench.runtimes_bench import float_loop
from measure.toolchains.__main__ import built
from measure.toolchains.toolchains import TOOLCHAINS
from tests.judges.borrowed import Missing

ROUNDS = 50
INTERRUPTS = {
    "fuel": {"consume_fuel": True},
    "fuel, data as code": {"consume_fuel": True, "memory_init_cow": False},
    "epochs": {"epoch_interruption": True},
    "neither": {},
}
COMPILE = """
import json, re, sys, time
from wasmtime import Config, Engine, Module
config = Config()
config.parallel_compilation = False
for name, value in json.loads(sys.argv[1]).items():
    setattr(config, name, value)
engine, wasm = Engine(config), sys.stdin.buffer.read()
began_s = time.process_time()
Module(engine, wasm)
taken_s = time.process_time() - began_s
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
print(json.dumps([taken_s, int(peak_kb) / 1000]))
"""


def tables() -> Iterator[Table]:
    """Compile and run programs of growing size."""
    modules = {"hello.wasm": HELLO.read_bytes()}
    with tempfile.TemporaryDirectory() as folder:
        modules["float loop"] = float_loop(Path(folder))
        modules |= _of_toolchains(Path(folder))
    yield _compiled(modules)
    yield _ran(modules)


def _of_toolchains(folder: Path) -> Iterator[tuple[str, bytes]]:
    for toolchain in TOOLCHAINS:
        if not toolchain.name.startswith(("C++", "Go")):
            continue
        try:
            yield toolchain.name, built(toolchain.prepare(folder), toolchain.builds[0], folder)
        except Missing as absent:
            print(f"{toolchain.name}: {absent}", file=sys.stderr)


def _compiled(modules: dict[str, bytes]) -> Table:
    title = "Compiling, processor seconds and the process's peak of memory"
    table = Table("module", "KB", *INTERRUPTS, title=title)
    for name, wasm in modules.items():
        told = [_compiled_apart(wasm, one) for one in INTERRUPTS.values()]
        table.add_row(name, f"{len(wasm) / 1000:.0f}", *told)
    return table


def _compiled_apart(wasm: bytes, options: dict[str, bool]) -> str:
    command = [sys.executable, "-c", COMPILE, json.dumps(options)]
    ran = subprocess.run(command, input=wasm, capture_output=True, check=True)
    taken_s, peak_mb = json.loads(ran.stdout)
    return f"{taken_s:.2f} s, {peak_mb:.0f} MB"


def _ran(modules: dict[str, bytes]) -> Table:
    table = Table("module", "first job", "next jobs", title="In the sandbox, ms")
    sandbox = Sandbox()
    for name, wasm in modules.items():
        granted = effective_limits(Requirements(timeout_seconds=5))
        job = Job(wasm, ("abc",), granted)

        def run(job: Job = job) -> None:
            assert sandbox.execute(job).status is Status.OK

        began_s = time.perf_counter()
        run()
        first_ms = (time.perf_counter() - began_s) * 1000
        taken_us = medians_us({name: run, "waiting": lambda: time.sleep(APART_S)}, rounds=ROUNDS)
        table.add_row(name, f"{first_ms:.1f}", f"{taken_us[name] / 1000:.1f}")
    sandbox.close()
    return table
