"""How a job goes to its worker: lengths, then arguments and limits as JSON, the module."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Limits

_LENGTHS = struct.Struct("!II")


def encoded(job: Job) -> Iterator[bytes]:
    """The message in the pieces that it is sent in; standard input goes a way of its own."""
    head = json.dumps({"args": job.args, "limits": asdict(job.limits)}).encode()
    yield _LENGTHS.pack(len(head), len(job.wasm)) + head
    yield job.wasm


def decoded(read: Callable[[int], bytes]) -> Job:
    """Read a message.

    Args:
        read: Gives at most as many bytes as it is asked for, and none at the end.

    Raises:
        EOFError: The sender was gone before the end.
    """
    head_length, wasm_length = _LENGTHS.unpack(_exactly(_LENGTHS.size, read))
    head = json.loads(_exactly(head_length, read))
    wasm = _exactly(wasm_length, read)
    return Job(wasm, tuple(head["args"]), Limits(**head["limits"]))


def _exactly(length: int, read: Callable[[int], bytes]) -> bytes:
    pieces = []
    while length:
        piece = read(length)
        if not piece:
            raise EOFError
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
