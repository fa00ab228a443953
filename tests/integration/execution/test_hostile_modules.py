"""Modules that mean harm: each comes to a status in time, and the next job runs as if alone."""

from __future__ import annotations

import pytest

from edge_signer.execution.sandbox.outcome import COMPILING_TOOK_TIME, HOST_EXIT_CODES, Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.jobs.guests import (
    MIB,
    a_million_functions,
    compile_bomb,
    job,
    limits,
    of_functions,
    text,
    wasi,
    with_data,
)

LOOP = text('(module (func (export "_start") (loop (br 0))))')
RECURSION = text('(module (func $f (export "_start") (call $f) (call $f)))')
GROWTH = text(
    '(module (memory 1) (func (export "_start")'
    " (loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))"
    " (memory.fill (i32.const 0) (i32.const 1) (i32.shl (memory.size) (i32.const 16)))"
    " unreachable))"
)
TABLE_GROWTH = text(
    '(module (table 1 funcref) (func (export "_start")'
    " (loop (br_if 0 (i32.ne (table.grow (ref.null func) (i32.const 1000)) (i32.const -1))))"
    " unreachable))"
)
HUGE_MEMORY = text('(module (memory 65536) (func (export "_start")))')
HUGE_TABLE = text('(module (table 100000000 funcref) (func (export "_start")))')
FLOOD = (
    "(loop (br 0 (drop (call $fd_write"
    " (i32.const {stream}) (i32.const 0) (i32.const 1) (i32.const 32)))))"
)
WRITE = "fd_write i32 i32 i32 i32 -> i32"
ONE_PAGE_OF_OUTPUT = "(i32.store (i32.const 4) (i32.const 65536))"
# One subscription to a clock, and the time in nanoseconds.
SLEEP = wasi(
    "(i64.store (i32.const 24) (i64.const 3600000000000)) (i32.store (i32.const 16) (i32.const 1))"
    "(drop (call $poll_oneoff (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 200)))",
    "poll_oneoff i32 i32 i32 i32 -> i32",
)


def leaving_with(code: int) -> bytes:
    return wasi(f"(call $proc_exit (i32.const {code}))", "proc_exit i32")


SHORT = limits(timeout_seconds=1)
CASES = {
    "an endless loop, by the clock": (job(LOOP, within=SHORT), Status.TIMEOUT),
    "an endless loop, by fuel": (job(LOOP, within=limits(fuel=10**6)), Status.OUT_OF_FUEL),
    "recursion that doubles": (job(RECURSION), Status.TRAP),
    "memory that grows": (job(GROWTH), Status.OUT_OF_MEMORY),
    "a table that grows": (job(TABLE_GROWTH), Status.TRAP),
    "4 GiB from the start": (job(HUGE_MEMORY), Status.OUT_OF_MEMORY),
    "a huge table from the start": (job(HUGE_TABLE), Status.OUT_OF_MEMORY),
    "24 MiB of data, in 16 MiB of memory": (
        job(with_data(24 * MIB), within=limits(memory_mb=16)),
        Status.OUT_OF_MEMORY,
    ),
    "24 MiB of data, in 32 MiB of memory": (
        job(with_data(24 * MIB), within=limits(memory_mb=32)),
        Status.OK,
    ),
    "more code than is kept": (job(with_data(40 * MIB)), Status.COMPILE_LIMIT),
    "a compile bomb, by memory": (job(compile_bomb()), Status.COMPILE_LIMIT),
    "more locals than there may be": (job(compile_bomb(60_000, 1)), Status.COMPILE_ERROR),
    "a flood on stdout": (
        job(wasi(ONE_PAGE_OF_OUTPUT + FLOOD.format(stream=1), WRITE)),
        Status.OUTPUT_LIMIT,
    ),
    "a flood on stderr": (
        job(wasi(ONE_PAGE_OF_OUTPUT + FLOOD.format(stream=2), WRITE)),
        Status.OUTPUT_LIMIT,
    ),
    "an hour of sleep": (job(SLEEP, within=SHORT), Status.TIMEOUT),
    "an exit code of the host's": (job(leaving_with(134)), Status.RESERVED_EXIT_CODE),
    "a negative exit code": (job(leaving_with(-1)), Status.RESERVED_EXIT_CODE),
    "a missing import": (
        job(text('(module (import "env" "f" (func)) (func (export "_start")))')),
        Status.COMPILE_ERROR,
    ),
    "an import with a name that no terminal should see": (
        job(text(r'(module (import "\1b[2J" "\00" (func)) (func (export "_start")))')),
        Status.COMPILE_ERROR,
    ),
    "a socket": (
        job(wasi("(drop (call $sock_open (i32.const 1)))", "sock_open i32 -> i32")),
        Status.COMPILE_ERROR,
    ),
    "no `_start`": (job(text('(module (func (export "main")))')), Status.COMPILE_ERROR),
    "a `_start` that is none": (
        job(text('(module (memory (export "_start") 1))')),
        Status.COMPILE_ERROR,
    ),
    "a `_start` with a parameter": (
        job(text('(module (func (export "_start") (param i32)))')),
        Status.COMPILE_ERROR,
    ),
    "a start function that traps": (
        job(text('(module (func $f unreachable) (start $f) (func (export "_start")))')),
        Status.TRAP,
    ),
    "an invalid function": (job(of_functions([b"\0\x6a\x0b"])), Status.COMPILE_ERROR),
    "half a module": (job(of_functions([b"\0\x0b"])[:-3]), Status.COMPILE_ERROR),
    "two memories": (
        job(text('(module (memory 1) (memory 1) (func (export "_start")))')),
        Status.COMPILE_ERROR,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_module_comes_to_its_status_in_time(
    sandbox: Sandbox, hello: bytes, name: str
) -> None:
    hostile, status = CASES[name]
    outcome = sandbox.execute(hostile)
    assert outcome.status == status, outcome
    assert outcome.exit_code == HOST_EXIT_CODES.get(status, 0)
    if status is not Status.COMPILE_LIMIT:
        assert outcome.wall_time_ms <= (hostile.limits.timeout_seconds + 1) * 1000
    assert outcome.detail.isprintable()
    assert len(outcome.stdout) <= hostile.limits.output_bytes
    assert len(outcome.stderr) <= hostile.limits.output_bytes
    after = sandbox.execute(job(hello, "abc"))
    assert (after.status, after.stdout) == (Status.OK, b"cba\n")


@pytest.mark.parametrize("bomb", [compile_bomb(), a_million_functions()], ids=["deep", "many"])
def test_compiling_has_a_budget_of_its_own(bomb: bytes, hello: bytes) -> None:
    hasty = Sandbox(compile_cpu_s=0.2)
    outcome = hasty.execute(job(bomb))
    assert (outcome.status, outcome.exit_code) == (Status.COMPILE_LIMIT, 127)
    assert outcome.detail == COMPILING_TOOK_TIME
    assert outcome.fuel_used is None
    assert hasty.execute(job(hello, "abc")).stdout == b"cba\n"
    hasty.close()
