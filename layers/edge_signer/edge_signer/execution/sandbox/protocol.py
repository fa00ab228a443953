"""What the parent, the zygote and a worker agree on: descriptors, statuses, the job's message."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Limits

# A worker's descriptors.
STREAMS = STDIN, STDOUT, STDERR = 0, 1, 2
CONTROL = 3
# What the parent sends after the job, to have the guest stopped.
STOP = b"s"
# How long a guest may then run on; later, it waits in a host function, or its module is compiled.
STOPS_WITHIN_S = 0.1
# Exit statuses of a worker: its program failed; the host does not let it confine itself.
FAILED = 70
NOT_CONFINED = 71
# The zygote sends a PID with each new worker, or NOT_FORKED in its place, and the wait status of a
# worker that has ended, as returned by waitpid(2).
PID = struct.Struct("=i")
NOT_FORKED = PID.pack(0)
WAIT_STATUS = struct.Struct("=i")

_LENGTHS = struct.Struct("!II")


def encoded(job: Job) -> Iterator[bytes]:
    """Encode a job for its worker: two lengths, all but the module as JSON, the module.

    Standard input is not part of the message; it has a pipe of its own.
    """
    head = json.dumps(
        {"args": job.args, "env": dict(job.env), "limits": asdict(job.limits)}
    ).encode()
    yield _LENGTHS.pack(len(head), len(job.wasm)) + head
    yield job.wasm


def decoded(read: Callable[[int], bytes]) -> Job:
    """Read the message that `encoded` makes.

    Args:
        read: Returns at most the given number of bytes, and none at the end of the stream.

    Raises:
        EOFError: The stream ended before the message did.
    """
    head_length, wasm_length = _LENGTHS.unpack(_exactly(_LENGTHS.size, read))
    head = json.loads(_exactly(head_length, read))
    wasm = _exactly(wasm_length, read)
    return Job(wasm, tuple(head["args"]), Limits(**head["limits"]), env=head["env"])


def _exactly(length: int, read: Callable[[int], bytes]) -> bytes:
    pieces = []
    while length:
        piece = read(length)
        if not piece:
            raise EOFError
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
