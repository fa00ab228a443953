"""A verdict tells the truth: what ended a job, and what a user can change."""

from __future__ import annotations

import pytest

from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.outcome import Outcome, Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.jobs.guests import job, limits, text, wasi

PROC_EXIT = "proc_exit i32"
WRITE = "fd_write i32 i32 i32 i32 -> i32"
SAY_X = """(i32.store8 (i32.const 8) (i32.const 120)) (i32.store (i32.const 0) (i32.const 8))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))"""
TO_MANY_PAGES = "(drop (memory.grow (i32.const 30000)))"
LOOP = "(loop (br 0))"


def verdict(sandbox: Sandbox, wasm: bytes) -> Outcome:
    return sandbox.execute(job(wasm))


def test_an_exit_in_a_start_section_is_an_exit(sandbox: Sandbox) -> None:
    leaves = wasi(
        "unreachable",
        PROC_EXIT,
        more="(func $s (call $proc_exit (i32.const 3))) (start $s)",
    )
    outcome = verdict(sandbox, leaves)
    assert (outcome.status, outcome.exit_code, outcome.detail) == (Status.OK, 3, "")


def test_a_trap_in_a_start_section_is_a_trap(sandbox: Sandbox) -> None:
    outcome = verdict(sandbox, wasi("", more="(func $s unreachable) (start $s)"))
    assert (outcome.status, outcome.detail) == (Status.TRAP, "unreachable")


def test_a_module_without_start_runs_nothing(sandbox: Sandbox) -> None:
    source = wasi(SAY_X, WRITE, more="(func $s (call $main)) (start $s)")
    assert verdict(sandbox, source.replace(b"_start", b"_stark")).stdout == b""


@pytest.mark.parametrize("code", [126, 134, 255, 256, 2**31, 2**32 - 1])
def test_an_exit_code_from_126_up_has_a_verdict_with_its_number(
    sandbox: Sandbox, code: int
) -> None:
    outcome = verdict(sandbox, wasi(f"(call $proc_exit (i32.const {code}))", PROC_EXIT))
    assert (outcome.status, outcome.exit_code) == (Status.RESERVED_EXIT_CODE, 128)
    assert outcome.guest_exit_code == code
    assert str(code) in outcome.detail


def test_a_guest_without_a_memory_may_exit(sandbox: Sandbox) -> None:
    leaves = text(
        '(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))'
        ' (func (export "_start") (call $exit (i32.const 7))))'
    )
    assert verdict(sandbox, leaves).exit_code == 7


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("unreachable", Status.TRAP),
        (f"{TO_MANY_PAGES} unreachable", Status.OUT_OF_MEMORY),
        # The growth that it got after the refused one may have been enough.
        (f"{TO_MANY_PAGES} (drop (memory.grow (i32.const 1))) unreachable", Status.TRAP),
        # Without an `unreachable`, nothing shows that the refusal ended it.
        (f"{TO_MANY_PAGES} (drop (i32.div_u (i32.const 1) (i32.const 0)))", Status.TRAP),
        (TO_MANY_PAGES, Status.OK),
    ],
)
def test_lack_of_memory_is_told_from_unreachable(
    sandbox: Sandbox, body: str, status: Status
) -> None:
    outcome = verdict(sandbox, wasi(body))
    assert outcome.status == status, outcome
    assert ("requirements.memory_mb" in outcome.detail) == (status == Status.OUT_OF_MEMORY)


def test_memory_ends_where_it_should(sandbox: Sandbox) -> None:
    last = 65536 * 3 - 4
    for address, status in ((last, Status.OK), (last + 1, Status.TRAP), (-4, Status.TRAP)):
        grown = (
            f"(drop (memory.grow (i32.const 2))) (i32.store (i32.const {address}) (i32.const 1))"
        )
        assert verdict(sandbox, wasi(grown)).status == status


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("memory minimum size of 9 pages exceeds memory limits", "f"),
        ("table minimum size of 9 elements exceeds table limits", "f"),
        ("env", "exceeds memory limits"),
        ("error while executing at wasm backtrace:", "f"),
        ("resource limit exceeded: table count too high at 9", ""),
    ],
)
def test_the_name_of_an_import_does_not_choose_the_verdict(
    sandbox: Sandbox, module: str, name: str
) -> None:
    importing = text(f'(module (import "{module}" "{name}" (func)) (func (export "_start")))')
    outcome = verdict(sandbox, importing)
    assert outcome.status == Status.COMPILE_ERROR
    assert "WASI preview1" in outcome.detail or "wasi_snapshot_preview1" in outcome.detail


@pytest.mark.parametrize(
    ("count", "what", "status"),
    [
        (8, "(table 1 funcref)", Status.OK),
        (9, "(table 1 funcref)", Status.COMPILE_ERROR),
        (2, "(memory 1)", Status.COMPILE_ERROR),
        (8, "(table 100000 funcref)", Status.OK),
        (1, "(table 100001 funcref)", Status.OUT_OF_MEMORY),
    ],
)
def test_memories_and_tables_are_counted_as_documented(
    sandbox: Sandbox, count: int, what: str, status: Status
) -> None:
    outcome = verdict(sandbox, text(f'(module {what * count} (func (export "_start")))'))
    assert outcome.status == status, outcome


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ('(import "wasi" "thread-spawn" (func (param i32) (result i32)))', "no threads"),
        ('(import "env" "memory" (memory 1))', "--import-memory"),
        ('(import "env" "console.log" (func (param i32)))', "wasi-shim"),
        ('(import "wasi:cli/stdout@0.2.0" "get-stdout" (func (result i32)))', "wasm32-wasip1"),
        ('(import "wasi_unstable" "proc_exit" (func (param i32)))', "wasm32-wasip1"),
        ('(import "gojs" "runtime.wasmExit" (func (param i32)))', "GOOS=wasip1"),
        ('(import "wasi_snapshot_preview1" "fork" (func))', "no function of this name"),
        ("(memory 1 1 shared)", "no threads"),
        ("(memory i64 1)", "wasm32"),
        ('(func (export "_initialize"))', "library"),
        ('(func (export "main"))', "main function"),
    ],
)
def test_the_message_says_what_to_change(sandbox: Sandbox, module: str, says: str) -> None:
    outcome = verdict(sandbox, text(f"(module {module})"))
    assert outcome.status == Status.COMPILE_ERROR
    assert says in outcome.detail, outcome.detail


def test_an_abort_of_assemblyscript_is_a_trap_that_says_why(sandbox: Sandbox) -> None:
    # `no`, and a file that lies outside the memory; strings are UTF-16 with their length in front.
    aborts = text(
        '(module (import "env" "abort" (func $abort (param i32 i32 i32 i32)))'
        r' (memory (export "memory") 1) (data (i32.const 8) "\04\00\00\00n\00o\00")'
        ' (func (export "_start") (call $abort (i32.const 12) (i32.const 9999999) (i32.const 4)'
        " (i32.const 2))))"
    )
    outcome = verdict(sandbox, aborts)
    assert (outcome.status, outcome.detail) == (Status.TRAP, "abort: no in ?(4:2)")
    assert outcome.stderr == b"abort: no in ?(4:2)\n"


def test_an_error_of_a_host_function_is_a_trap(sandbox: Sandbox) -> None:
    hidden = wasi(SAY_X, WRITE).replace(b"\x06memory", b"\x06memorz")
    outcome = verdict(sandbox, hidden)
    assert (outcome.status, outcome.detail) == (Status.TRAP, "missing required memory export")


def test_floating_point_code_gets_its_time(sandbox: Sandbox) -> None:
    # Additions that do not wait for each other burn more fuel in a second than any other code.
    sums = range(8)
    adds = "".join(f"(local.set $s{n} (f64.add (local.get $s{n}) (local.get $one)))" for n in sums)
    variables = "".join(f"(local $s{n} f64)" for n in sums)
    hot = text(
        f'(module (func (export "_start") (local $one f64) {variables}'
        f" (local.set $one (f64.const 1)) (loop {adds * 4} (br 0))))"
    )
    asked = effective_limits(Requirements(timeout_seconds=1))
    outcome = sandbox.execute(job(hot, within=asked))
    assert (outcome.status, outcome.wall_time_ms >= 1000) == (Status.TIMEOUT, True)


def test_fuel_is_told_after_a_time_out(sandbox: Sandbox) -> None:
    short = limits(timeout_seconds=0.2)
    looped = sandbox.execute(job(wasi(LOOP), within=short))
    assert looped.status == Status.TIMEOUT
    assert looped.fuel_used is not None
    assert looped.fuel_used > 10**6
    sleeps = wasi(
        "(i64.store (i32.const 24) (i64.const 3600000000000))"
        "(i32.store (i32.const 16) (i32.const 1))"
        "(drop (call $poll_oneoff (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 200)))",
        "poll_oneoff i32 i32 i32 i32 -> i32",
    )
    slept = [sandbox.execute(job(sleeps, within=short)) for _ in range(2)]
    assert [one.status for one in slept] == [Status.TIMEOUT] * 2
    assert slept[0].fuel_used == slept[1].fuel_used
    assert slept[0].fuel_used


def test_fuel_is_told_after_too_much_output(sandbox: Sandbox) -> None:
    floods = wasi(f"(loop {SAY_X} (br 0))", WRITE)
    outcome = sandbox.execute(job(floods, within=limits(output_bytes=100)))
    assert (outcome.status, outcome.stdout) == (Status.OUTPUT_LIMIT, b"x" * 100)
    assert outcome.fuel_used


def test_a_guest_sees_the_variables_of_its_job_and_no_others(sandbox: Sandbox) -> None:
    prints = wasi(
        """(drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
        (drop (call $environ_get (i32.const 64) (i32.const 256)))
        (i32.store (i32.const 8) (i32.const 256))
        (i32.store (i32.const 12) (i32.load (i32.const 4)))
        (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)))""",
        "environ_sizes_get i32 i32 -> i32",
        "environ_get i32 i32 -> i32",
        WRITE,
    )
    env = {"b": 'a "quote"\n', "A_1": "Grüße=", "a": ""}
    assert sandbox.execute(job(prints, env=env)).stdout.decode() == (
        'A_1=Grüße=\0a=\0b=a "quote"\n\0'
    )
    assert sandbox.execute(job(prints)).stdout == b""
