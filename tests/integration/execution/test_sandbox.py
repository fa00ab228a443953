"""What a job is given, what it can reach, and what is told of it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.sandbox.outcome import LARGEST_GUEST_EXIT_CODE, Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.jobs.guests import data_in_pieces, job, limits, text, wasi

WRITE = "fd_write i32 i32 i32 i32 -> i32"
READ = "fd_read i32 i32 i32 i32 -> i32"
# Buffers of 4 KiB from address 64, one for reading and one of as much as was read for writing.
CAT = wasi(
    """(loop $more
      (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 4096))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br_if $more (i32.load (i32.const 4))))""",
    WRITE,
    READ,
)


def leaving_with(call: str, *functions: str) -> bytes:
    """A guest whose exit code is what a call gives."""
    return wasi(f"(call $proc_exit {call})", "proc_exit i32", *functions)


def test_hello_prints_its_argument_backwards(sandbox: Sandbox, hello: bytes) -> None:
    outcome = sandbox.execute(job(hello, "Hello, World!"))
    assert outcome.status == Status.OK
    assert outcome.exit_code == 0
    assert (outcome.stdout, outcome.stderr) == (b"!dlroW ,olleH\n", b"")
    assert outcome.detail == ""


def test_characters_stay_whole(sandbox: Sandbox, hello: bytes) -> None:
    assert sandbox.execute(job(hello, "für 10 €")).stdout.decode() == "€ 01 rüf\n"


def test_a_guest_has_an_exit_code_and_stderr_of_its_own(sandbox: Sandbox, hello: bytes) -> None:
    outcome = sandbox.execute(job(hello))
    assert (outcome.status, outcome.exit_code) == (Status.OK, 2)
    assert outcome.stderr == b"usage: hello TEXT\n"


@pytest.mark.parametrize("code", [0, 1, LARGEST_GUEST_EXIT_CODE])
def test_exit_codes_up_to_125_are_the_guests(sandbox: Sandbox, code: int) -> None:
    outcome = sandbox.execute(job(leaving_with(f"(i32.const {code})")))
    assert (outcome.status, outcome.exit_code) == (Status.OK, code)


def test_output_need_not_be_text(sandbox: Sandbox) -> None:
    every_byte = bytes(range(256))
    assert sandbox.execute(job(CAT, stdin=every_byte)).stdout == every_byte


def test_stdin_may_be_longer_than_a_pipe(sandbox: Sandbox) -> None:
    long = os.urandom(200_000)
    within = limits(output_bytes=len(long))
    outcome = sandbox.execute(job(CAT, stdin=long, within=within))
    assert (outcome.status, outcome.stdout) == (Status.OK, long)


def test_a_guest_need_not_read_its_stdin(sandbox: Sandbox, hello: bytes) -> None:
    assert sandbox.execute(job(hello, "abc", stdin=bytes(200_000))).stdout == b"cba\n"


def test_output_is_cut_at_its_limit_and_not_before(sandbox: Sandbox) -> None:
    fits = sandbox.execute(job(CAT, stdin=b"x" * 1000, within=limits(output_bytes=1000)))
    assert (fits.status, len(fits.stdout)) == (Status.OK, 1000)
    longer = sandbox.execute(job(CAT, stdin=b"x" * 1001, within=limits(output_bytes=1000)))
    assert (longer.status, longer.stdout) == (Status.OUTPUT_LIMIT, b"x" * 1000)


def test_a_guest_may_have_the_memory_that_it_was_granted_and_no_page_more(sandbox: Sandbox) -> None:
    within = limits(memory_mb=8)
    for more_pages, status in ((127, Status.OK), (128, Status.OUT_OF_MEMORY)):
        growing = text(
            '(module (memory 1) (func (export "_start")'
            f" (if (i32.eq (memory.grow (i32.const {more_pages})) (i32.const -1))"
            " (then unreachable))))"
        )
        assert sandbox.execute(job(growing, within=within)).status == status


def test_a_guest_finds_no_directory(sandbox: Sandbox) -> None:
    # /etc/passwd, relative to each descriptor that could be a directory.
    no_such_descriptor = 8
    for descriptor in (0, 1, 2, 3, 4, 5):
        opening = (
            f"(i64.store (i32.const 0) (i64.const {int.from_bytes(b'/etc/pas', 'little')}))"
            f"(i32.store (i32.const 8) (i32.const {int.from_bytes(b'swd', 'little')}))"
            f"(call $proc_exit (call $path_open (i32.const {descriptor}) (i32.const 0)"
            " (i32.const 0) (i32.const 11) (i32.const 0) (i64.const 2) (i64.const 0)"
            " (i32.const 0) (i32.const 64)))"
        )
        outcome = sandbox.execute(
            job(
                wasi(
                    opening,
                    "proc_exit i32",
                    "path_open i32 i32 i32 i32 i32 i64 i64 i32 i32 -> i32",
                )
            )
        )
        assert outcome.status == Status.OK, outcome
        assert outcome.exit_code != 0
        if descriptor > 2:
            assert outcome.exit_code == no_such_descriptor


def test_a_guest_can_accept_no_connection(sandbox: Sandbox) -> None:
    for descriptor in (0, 1, 2, 3, 4):
        accepting = leaving_with(
            f"(call $sock_accept (i32.const {descriptor}) (i32.const 0) (i32.const 64))",
            "sock_accept i32 i32 i32 -> i32",
        )
        outcome = sandbox.execute(job(accepting))
        assert (outcome.status, outcome.exit_code != 0) == (Status.OK, True), outcome


def test_a_guest_sees_no_environment(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    counting = wasi(
        "(drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))"
        "(call $proc_exit (i32.load (i32.const 0)))",
        "proc_exit i32",
        "environ_sizes_get i32 i32 -> i32",
    )
    assert sandbox.execute(job(counting)).exit_code == 0


def test_the_same_job_burns_the_same_fuel(sandbox: Sandbox, hello: bytes) -> None:
    first, second = (sandbox.execute(job(hello, "abc")).fuel_used for _ in range(2))
    assert first == second
    assert first


def test_setting_up_memory_burns_no_fuel_and_a_start_section_does(sandbox: Sandbox) -> None:
    def fuel_used(more: str) -> int:
        return sandbox.execute(job(wasi("nop", more=more))).fuel_used or 0

    nothing = fuel_used("")
    assert fuel_used(f'(data (i32.const 0) "{"x" * 10_000}")') == nothing
    assert fuel_used("(func $s nop nop nop) (start $s)") > nothing


def test_thirty_thousand_pieces_of_data_compile_in_time_and_are_all_there(sandbox: Sandbox) -> None:
    assert sandbox.execute(job(data_in_pieces(30_000))).status is Status.OK


def test_a_hundred_jobs_at_once_are_all_answered(sandbox: Sandbox, hello: bytes) -> None:
    with ThreadPoolExecutor(100) as threads:
        outcomes = list(threads.map(lambda n: sandbox.execute(job(hello, f"{n:03}")), range(100)))
    assert [one.stdout for one in outcomes] == [
        f"{n:03}\n"[-2::-1].encode() + b"\n" for n in range(100)
    ]


def test_a_host_that_cannot_confine_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, hello: bytes
) -> None:
    monkeypatch.setattr("edge_signer.execution.sandbox.confinement.sys.platform", "darwin")
    with pytest.raises(SandboxUnavailableError, match="confine"):
        Sandbox().execute(job(hello))
