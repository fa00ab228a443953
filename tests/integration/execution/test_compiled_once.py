"""A module is compiled once, and code that is not ours is never run."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version

import pytest

from edge_signer.execution.sandbox.code_cache import CodeKey
from edge_signer.execution.sandbox.outcome import Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.jobs.guests import compile_bomb, job, text


class Shelf:
    """One that notes what is done with it."""

    def __init__(self) -> None:
        self.code: dict[CodeKey, bytearray] = {}
        self.found = 0

    def find(self, key: CodeKey) -> bytearray | None:
        self.found += key in self.code
        return self.code.get(key)

    def keep(self, key: CodeKey, code: bytearray) -> None:
        assert key not in self.code, "compiled twice"
        self.code[key] = bytearray(code)


def of_an_older_wasmtime(code: bytearray) -> bytearray:
    """Change the major version, which is in front of the name of the processor and its length."""
    end = code.index(f"{platform.machine()}-unknown-linux".encode()) - 1
    major = version("wasmtime").partition(".")[0].encode()
    assert code[end - len(major) : end] == major
    older = bytearray(code)
    older[end - 1] -= 1
    return older


def of_another_processor(code: bytearray) -> bytearray:
    """Have it need the first feature of processors that this one lacks."""
    lacks = re.search(rb"has_\w+\x02\x00", code)
    if lacks is None:
        pytest.skip("this processor has every feature that wasmtime knows")
    other = bytearray(code)
    other[lacks.end() - 1] = 1
    return other


SPOILT: dict[str, Callable[[bytearray], bytearray]] = {
    "older": of_an_older_wasmtime,
    "processor": of_another_processor,
    "cut": lambda code: code[:100],
    "empty": lambda code: code[:0],
}


def ran(sandbox: Sandbox, wasm: bytes, tenant: str = "acme") -> Status:
    status = sandbox.execute(replace(job(wasm, "abc"), tenant_id=tenant)).status
    sandbox.close()
    return status


def test_the_next_job_of_a_tenant_with_a_module_does_not_compile_it(hello: bytes) -> None:
    shelf = Shelf()
    sandbox = Sandbox(shelf=shelf)
    for _ in range(2):
        assert sandbox.execute(job(hello, "abc")).stdout == b"cba\n"
    assert len(shelf.code) == 1
    assert shelf.found == 0
    sandbox.close()


def test_a_module_that_was_compiled_ahead_is_not_compiled_for_its_job(hello: bytes) -> None:
    shelf = Shelf()
    sandbox = Sandbox(shelf=shelf)
    for _ in range(2):
        assert sandbox.compile("acme", hello) is None
    assert len(shelf.code) == 1
    assert ran(sandbox, hello) is Status.OK


def test_another_process_takes_the_code_from_the_shelf(hello: bytes) -> None:
    shelf = Shelf()
    assert ran(Sandbox(shelf=shelf), hello) is Status.OK
    assert ran(Sandbox(shelf=shelf), hello) is Status.OK
    assert (len(shelf.code), shelf.found) == (1, 1)


def test_another_tenant_gets_code_of_its_own(hello: bytes) -> None:
    shelf = Shelf()
    assert ran(Sandbox(shelf=shelf), hello, "acme") is Status.OK
    assert ran(Sandbox(shelf=shelf), hello, "globex") is Status.OK
    assert {one.tenant_id for one in shelf.code} == {"acme", "globex"}
    assert shelf.found == 0


@pytest.mark.parametrize("spoil", SPOILT)
def test_code_that_wasmtime_does_not_take_is_compiled_anew(hello: bytes, spoil: str) -> None:
    shelf = Shelf()
    assert ran(Sandbox(shelf=shelf), hello) is Status.OK
    ((key, good),) = shelf.code.items()
    kept = SPOILT[spoil](good)
    assert kept != good

    class Forgetful(Shelf):
        def keep(self, key: CodeKey, code: bytearray) -> None:
            self.code[key] = bytearray(code)

    forgetful = Forgetful()
    forgetful.code[key] = kept
    assert ran(Sandbox(shelf=forgetful), hello) is Status.OK
    assert forgetful.code[key] == good


def test_a_module_that_cannot_run_is_not_compiled() -> None:
    shelf = Shelf()
    missing = text('(module (import "env" "f" (func)) (func (export "_start")))')
    sandbox = Sandbox(shelf=shelf)
    ahead = sandbox.compile("acme", missing)
    assert ahead is not None
    assert ahead.status is Status.COMPILE_ERROR
    assert ran(sandbox, missing) is Status.COMPILE_ERROR
    assert not shelf.code


def test_code_that_is_mostly_empty_memory_is_not_shelved() -> None:
    shelf = Shelf()
    sparse = text(
        '(module (memory 256) (func (export "_start"))'
        ' (data (i32.const 0) "a") (data (i32.const 16000000) "b"))'
    )
    assert len(sparse) < 100
    assert ran(Sandbox(shelf=shelf), sparse) is Status.OK
    assert not shelf.code


def test_modules_that_take_long_to_compile_hold_up_no_other_tenant(hello: bytes) -> None:
    sandbox = Sandbox(at_once=2, compile_cpu_s=0.4)
    with ThreadPoolExecutor(2) as threads:
        bombs = [
            threads.submit(sandbox.compile, "acme", compile_bomb(depth=depth))
            for depth in (400, 401)
        ]
        theirs = sandbox.execute(replace(job(hello, "abc"), tenant_id="globex"))
        assert theirs.stdout == b"cba\n"
        assert not any(one.done() for one in bombs)
        for one in bombs:
            ended = one.result()
            assert ended is not None
            assert ended.status is Status.COMPILE_LIMIT
    sandbox.close()


def test_jobs_that_come_at_once_with_one_module_compile_it_once(hello: bytes) -> None:
    # The shelf refuses a second time.
    shelf = Shelf()
    sandbox = Sandbox(shelf=shelf)
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: sandbox.execute(job(hello, "abc")), range(8)))
    assert {one.stdout for one in outcomes} == {b"cba\n"}
    assert len(shelf.code) == 1
    sandbox.close()
