"""The process that runs one job and ends."""

from __future__ import annotations

import os
from typing import NoReturn

from edge_signer.execution.sandbox.confinement import confine
from edge_signer.execution.sandbox.guest import Runtime
from edge_signer.execution.sandbox.job_message import decoded
from edge_signer.execution.sandbox.worker_protocol import (
    CONTROL,
    NOT_CONFINED,
    STDERR,
    STDOUT,
)


def serve(runtime: Runtime) -> NoReturn:
    """Wait for a job, run it, report, exit; or exit when there will be none.

    Args:
        runtime: As the zygote has made it.
    """
    try:
        confine()
    except OSError:
        os._exit(NOT_CONFINED)
    runtime.rehearse()
    try:
        job = decoded(lambda length: os.read(CONTROL, length))
    except EOFError:
        os._exit(0)
    report = runtime.run(job).encode()
    # The end of both streams must not wait for the end of this process.
    os.close(STDOUT)
    os.close(STDERR)
    os.write(CONTROL, report + b"\n")
    os._exit(0)
