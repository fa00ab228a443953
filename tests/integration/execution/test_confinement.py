"""Native code in a worker's place, as of a guest that broke out: what it can still do."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import subprocess
import sys

import pytest

from edge_signer.execution.sandbox.confinement import _MACHINES, _program
from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.conftest import ROOT

PR_GET_DUMPABLE = 3

# Every attempt is made after confinement, so all imports come before it.
PROGRAM = """
import ctypes, errno, fcntl, json, os, socket, threading
from edge_signer.execution.sandbox.confinement import DATA_BYTES, confine

libc = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

word = ctypes.c_long
limits_of_16 = ctypes.create_string_buffer(16)
attempts = {
    "read a file": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "read the parent's environment": lambda: os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY),
    "write a file": lambda: os.open("/tmp/escaped", os.O_WRONLY | os.O_CREAT),
    "remove a file": lambda: os.unlink("/tmp/escaped"),
    "list a directory": lambda: os.listdir("/"),
    "look at a file": lambda: os.stat("/etc/passwd"),
    "make a socket": lambda: socket.socket(),
    "make a local socket": lambda: socket.socket(socket.AF_UNIX),
    "make a file in memory": lambda: os.memfd_create("x"),
    "fork": os.fork,
    "run a program": lambda: os.execv("/bin/true", ["true"]),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "have the parent signalled": lambda: fcntl.fcntl(1, fcntl.F_SETOWN, os.getppid()),
    "signal itself": lambda: os.kill(os.getpid(), 0),
    "trace the parent": lambda: call("ptrace", 16, os.getppid(), None, None),
    "read the parent's memory": lambda: call("process_vm_readv", os.getppid(), None, 0, None, 0, 0),
    "have other limits": lambda: call("prlimit", 0, 7, limits_of_16, None),
    "be another user": lambda: os.setuid(os.getuid()),
    "use io_uring": lambda: call("syscall", word(425), word(1), word(0)),
    "load a program into the kernel": lambda: call("syscall", word(321), word(0), word(0), word(0)),
    "leave its namespace": lambda: call("unshare", 0x10000000),
    "have its memory inspected": lambda: call("prctl", 4, 1),
    "take a shared memory segment": lambda: call("shmget", 0, 4096, 0o1600),
}
may = {
    "start a thread": lambda: threading.Thread(target=int).start(),
    "know the time": lambda: __import__("time").sleep(0.001),
    "have random numbers": lambda: os.getrandom(8),
}
confine()

def tried(attempt):
    try:
        attempt()
    except OSError as failure:
        return failure.errno
    except RuntimeError:
        return "RuntimeError"
    return "done"

found = {name: tried(attempt) for name, attempt in (attempts | may).items()}
try:
    bytearray(DATA_BYTES)
    found["have all memory"] = "done"
except MemoryError:
    found["have all memory"] = "MemoryError"
print(json.dumps(found), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_broken_out_it_has_neither_files_nor_network_nor_other_processes(
    found: dict[str, object],
) -> None:
    assert found.pop("have all memory") == "MemoryError"
    for allowed in ("start a thread", "know the time", "have random numbers"):
        assert found.pop(allowed) == "done"
    # wasmtime then knows that it has to do without.
    assert found.pop("make a file in memory") == errno.ENOSYS
    assert len(found) == 22
    assert set(found.values()) == {1}, found


def test_a_parent_of_workers_is_closed_to_inspection(sandbox: Sandbox) -> None:
    assert sandbox
    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE) == 0


@pytest.mark.parametrize("machine", _MACHINES)
def test_there_is_a_filter_for_each_of_lambdas_processors(machine: str) -> None:
    program = _program(machine, os.getpid())
    # The kernel's most; and a jump reaches no further than its byte says.
    assert len(program) < 4096
    assert {len(instruction) for instruction in program} == {8}


def test_there_is_no_filter_for_a_processor_that_nobody_looked_at() -> None:
    with pytest.raises(OSError, match="riscv64"):
        _program("riscv64", os.getpid())
