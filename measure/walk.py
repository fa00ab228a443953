"""`python -m measure.walk`: the files that a signature and a job pass through, in order.

A *stay* begins when a function of another file is called, or when one returns to its caller in
another file. Services, sandbox and KMS are the tests' own; only the layer's files count.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from edge_signer.execution.job import RequestedJob
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.limits import Requirements
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.service import JobService
from edge_signer.execution.store import JobStore
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.conditional_table import ConditionalTable
from emulator.aws.services import in_process_services, moto_host
from tests.jobs.job_requests import HELLO, module_hash
from tests.jobs.receipts import SoftwareReceiptSigner
from tests.signers.software_signer import Workshop
from tests.system.dynamodb_tables import make_table

LAYER = Path(__file__).resolve().parent.parent / "layers/edge_signer/edge_signer"
#: What every step uses; a reader does not go there.
GROUND = {"telemetry/request_record.py", "platform/errors.py", "platform/clients.py"}
NAME = "jobs-of-the-walk"


def walk(call: Callable[[], Any]) -> list[str]:
    """Make a call, and give the files of the layer that it passed through, in order.

    Args:
        call: What is followed; on this thread alone.
    """
    stays: list[str] = []
    open_files: list[str | None] = []

    def follow(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            open_files.append(_file_of(frame))
        elif event == "return" and open_files:
            open_files.pop()
        else:
            return
        here = next((one for one in reversed(open_files) if one is not None), None)
        if here is not None and stays[-1:] != [here]:
            stays.append(here)

    sys.setprofile(follow)
    try:
        call()
    finally:
        sys.setprofile(None)
    return stays


def _file_of(frame: FrameType) -> str | None:
    file = Path(frame.f_code.co_filename)
    if not file.is_relative_to(LAYER):
        return None
    name = str(file.relative_to(LAYER))
    return None if name in GROUND else name


def report(name: str, flow: str, stays: list[str]) -> None:
    """Print a walk.

    Args:
        name: What was done.
        flow: The file in which its steps are to be read.
        stays: Files in order.
    """
    steps = [after for before, after in pairwise(stays) if before == flow]
    print(f"{name}: {len(set(stays))} files, {len(stays)} stays")
    print(f"  {flow} calls, in this order:")
    for at, one in enumerate(steps, 1):
        print(f"  {at:2} {one}")


def main() -> None:
    """Follow a signature and a job."""
    workshop = Workshop()
    workshop.sign(b"the first request imports what it needs")
    report("a signature", "signing/service.py", walk(lambda: workshop.sign(b"an asset")))

    services = in_process_services(moto_host())
    make_table(services.dynamodb, NAME, "id")
    services.s3.create_bucket(Bucket=NAME)
    sandbox = Sandbox()
    jobs = JobService(
        sandbox,
        SoftwareReceiptSigner(),
        ledger=JobLedger(ConditionalTable(services.dynamodb, NAME), 4),
        store=JobStore(services.s3, NAME, print),
        require_open=lambda _: None,
    )

    def run() -> None:
        name, wants = f"job-{uuid.uuid4()}", Requirements()
        job = RequestedJob("acme", name, module_hash(HELLO), HELLO, ("x",), b"", wants)
        jobs.run(job, RequestRecord("a request"))

    run()
    report("a job", "execution/service.py", walk(run))
    sandbox.close()


if __name__ == "__main__":
    main()
