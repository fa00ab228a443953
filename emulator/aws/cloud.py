"""The process that emulates AWS's services: `python -m emulator.aws.cloud`.

It reads the job, one JSON line, from standard input, creates everything in it, listens on a port of
127.0.0.1 and writes the report, one JSON line. It ends when its input ends, because its parent
closed it or died.
"""

import asyncio
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

from emulator import time_stamps
from emulator.aws.cloud_process import MANIFEST_BUCKET, Job, Report
from emulator.aws.services import ServiceHost, in_process_client, in_process_services, moto_host
from emulator.errors import EmulatorError
from emulator.http.message import Request, Response
from emulator.http.server import HttpServer
from emulator.stack.creation import create_stack, replicate_keys
from emulator.stack.intrinsics import parameter_values
from emulator.time_stamps import find_openssl

# A delayed call occupies a thread; this many can wait at once.
_THREADS = 256
# S3 accepts 5 GB in one request; a sidecar or a module is far smaller.
_MAX_BODY_BYTES = 256 * 1024 * 1024
_DEFAULT_STAGE = "dev"


def main() -> None:
    """Run until standard input ends."""
    host = moto_host()
    listener = socket.create_server(("127.0.0.1", 0))
    job = Job.model_validate_json(sys.stdin.buffer.readline())
    try:
        report = build(host, job, listener.getsockname()[1])
    except EmulatorError as error:
        _send(Report(error=str(error)))
        return
    asyncio.run(_serve(host, report, listener))


def build(host: ServiceHost, job: Job, port: int) -> Report:
    """Create everything in a job.

    Args:
        host: Where to create resources.
        job: What to create.
        port: Where the host will listen on 127.0.0.1; the stack needs it for time-stamps.

    Raises:
        TemplateError: The stack cannot be created.
    """
    # Imported late: certificates are needed only if the template is valid.
    from emulator.aws.s3_notifications import deliver_to
    from emulator.credentials.certification import (
        receipt_public_key,
        store_certificates,
        store_time_stamp_root,
        time_stamp_authority,
    )
    from emulator.credentials.development_ca import DevelopmentCa
    from emulator.credentials.tokens import store_operators
    from emulator.credentials.trust_lists import store_trust_lists

    host.functions_port = job.functions_port
    deliver_to(job.functions_port)
    services = in_process_services(host)
    values = parameter_values(job.document.get("Parameters", {}), job.parameters)
    stage = str(values.get("Stage", _DEFAULT_STAGE))
    openssl = find_openssl()
    tsa_url = f"http://127.0.0.1:{port}{time_stamps.PATH}" if openssl else ""
    resources = create_stack(job.document, {"TsaUrl": tsa_url, **job.parameters}, services)
    ca = DevelopmentCa()
    replica_region = str(values.get("KmsReplicaRegion", ""))
    if replica_region:
        abroad = in_process_client(host, "kms", replica_region)
        replicate_keys(resources.values(), services.kms, abroad)
    store_certificates(ca, resources.values(), services, stage)
    store_operators(services.ssm, stage, job.operators)
    if openssl:
        store_time_stamp_root(ca, services, stage)
        host.time_stamps = time_stamp_authority(ca, openssl)
    receipt_key = receipt_public_key(resources.values(), services, stage)
    for logical_id, items in job.items.items():
        table = resources.get(logical_id)
        if table is not None:
            for item in items:
                services.dynamodb.put_item(TableName=table.ref, Item=item)
    manifests = resources.get(MANIFEST_BUCKET)
    if manifests is not None:
        roots = {"signers": ca.anchors_pem()}
        if openssl:
            roots["time_stamps"] = ca.timestamp_anchors_pem()
        roots = {name: pem + job.earlier_roots.get(name, "") for name, pem in roots.items()}
        store_trust_lists(services.s3, manifests.ref, roots, job.trust_lists)
    host.forget_calls()
    return Report(
        notice="" if openssl else time_stamps.NEEDS_OPENSSL,
        port=port,
        resources=resources,
        anchors_pem=ca.anchors_pem(),
        timestamp_anchors_pem=ca.timestamp_anchors_pem(),
        receipt_public_key=receipt_key,
    )


async def _serve(host: ServiceHost, report: Report, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="service")

    async def answer(request: Request) -> Response:
        return await loop.run_in_executor(threads, host.answer, request)

    server = HttpServer(answer, _MAX_BODY_BYTES)
    await server.start(listener)
    _send(report)
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    await server.close()
    # Threads are joined at a normal exit, so a call that is still delayed would hold the process.
    os._exit(0)


def _send(report: Report) -> None:
    sys.stdout.write(report.model_dump_json() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
