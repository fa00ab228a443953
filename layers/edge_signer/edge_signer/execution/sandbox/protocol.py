"""What the parent, the zygote and a worker agree on: descriptors, statuses, the order."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Limits

# A worker's descriptors.
STREAMS = STDIN, STDOUT, STDERR = 0, 1, 2
CONTROL = 3
# What the parent sends after the job, to have the guest stopped.
STOP = b"s"
# How long a guest may then run on; later, it waits in a host function.
STOPS_WITHIN_S = 0.1
# What a worker reports if the code that it was given is not its engine's.
UNUSABLE_CODE = b"unusable code\n"
# What a worker that has compiled reports, followed by so many bytes of code.
CODE_FOLLOWS = struct.Struct("!4sQ")
CODE = b"code"
# Exit statuses of a worker: its program failed; the host does not let it confine itself.
FAILED = 70
NOT_CONFINED = 71
# The zygote sends a PID with each new worker, or NOT_FORKED in its place, and the wait status of a
# worker that has ended, as returned by waitpid(2).
PID = struct.Struct("=i")
NOT_FORKED = PID.pack(0)
WAIT_STATUS = struct.Struct("=i")

_LENGTHS = struct.Struct("!II")


class UnusableCodeError(Exception):
    """Compiled code is not the engine's: of another version, configuration or processor."""


@dataclass(frozen=True)
class ToCompile:
    """An order to compile a module.

    Args:
        wasm: The module.
        cpu_s: Processor time in seconds after which the worker gives up.
    """

    wasm: bytes
    cpu_s: float


@dataclass(frozen=True)
class ToRun:
    """An order to run a job.

    Args:
        job: Its module and its standard input, which has a pipe of its own, are not sent.
        code: Its module, compiled.
        may_start: Whether the module may have a start section.
    """

    job: Job
    code: bytearray
    may_start: bool


Order = ToCompile | ToRun


def encoded(order: Order) -> Iterator[bytes | bytearray]:
    """Encode an order for a worker: two lengths, all but the module as JSON, the module."""
    if isinstance(order, ToCompile):
        yield from _message({"cpu_s": order.cpu_s}, order.wasm)
    else:
        job = order.job
        said = {
            "args": job.args,
            "env": dict(job.env),
            "limits": asdict(job.limits),
            "may_start": order.may_start,
        }
        yield from _message(said, order.code)


def _message(said: Mapping[str, object], module: bytes | bytearray) -> Iterator[bytes | bytearray]:
    head = json.dumps(said).encode()
    yield _LENGTHS.pack(len(head), len(module)) + head
    yield module


def decoded(read_into: Callable[[memoryview], int]) -> Order:
    """Read the message that `encoded` makes.

    Args:
        read_into: Fills the beginning of a buffer and returns how much; 0 at the end of the stream.

    Raises:
        EOFError: The stream ended before the message did.
    """
    head_length, module_length = _LENGTHS.unpack(_exactly(_LENGTHS.size, read_into))
    head = json.loads(_exactly(head_length, read_into))
    module = _exactly(module_length, read_into)
    if "cpu_s" in head:
        return ToCompile(bytes(module), **head)
    job = Job(b"", tuple(head["args"]), Limits(**head["limits"]), env=head["env"])
    return ToRun(job, module, head["may_start"])


def _exactly(length: int, read_into: Callable[[memoryview], int]) -> bytearray:
    whole = bytearray(length)
    unread = memoryview(whole)
    while unread:
        count = read_into(unread)
        if not count:
            raise EOFError
        unread = unread[count:]
    return whole
