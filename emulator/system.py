"""Starts and stops the whole system."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from emulator.account import REPLICA_REGION
from emulator.aws.cloud_process import MANIFEST_BUCKET, CloudProcess, Job, Report
from emulator.credentials.tokens import (
    LOCAL_OPERATOR,
    TENANT_IDS,
    Credential,
    issue_admin_token,
    issue_credentials,
    limit_items,
)
from emulator.credentials.trust_lists import installed_trust_lists
from emulator.errors import StartError, TemplateError
from emulator.functions.function import Function, functions_of
from emulator.functions.invoke_api import InvokeApi
from emulator.functions.runtime import DEFAULT_CONCURRENCY, LambdaRuntime
from emulator.gateway.api import api_of, throttle_of
from emulator.gateway.api_gateway import MAX_BODY_BYTES, ApiGateway
from emulator.gateway.console import ConsoleSite
from emulator.gateway.documentation import Documentation
from emulator.gateway.manifests import ManifestCdn
from emulator.http.message import Handler, Request, Response
from emulator.http.server import HttpServer
from emulator.local_state import (
    ANCHORS_NAME,
    FILE_NAME,
    MANIFESTS_PATH,
    TSA_ANCHORS_NAME,
    LocalState,
    TenantToken,
    checkout,
    default_directory,
    keep_anchors,
    owned,
)
from emulator.reporter import Reporter, observed
from emulator.stack import template as templates

_TENANTS_TABLE = "TenantsTable"
_LIMITS_TABLE = "LimitsTable"
# Parameters of a development deployment; a template that does not declare one ignores it.
_DEVELOPMENT_PARAMETERS = {
    "ChaosAllowed": "true",
    "CorsOrigins": "https://*.example.com",
    "EdgeSignerEnabled": "true",
    "ExecutionEnabled": "true",
    "KmsReplicaRegion": REPLICA_REGION,
    "TenantAllowlist": ",".join(TENANT_IDS),
    "VerificationEnabled": "true",
}


@dataclass(frozen=True)
class Settings:
    """How to run the system.

    Attributes:
        port: The port on 127.0.0.1; 0 for any free one.
        state_directory: Where local.json, certificates, logs and the cache are.
        template: The SAM template.
        parameters: Values of template parameters; ManifestBaseUrl is the emulator's own, and
            TenantAllowlist names the emulator's tenants, and ChaosAllowed, EdgeSignerEnabled,
            ExecutionEnabled and VerificationEnabled are true, unless they are given.
        concurrency: How many workers a function may have at once.
        interpreter: The Python of the workers, which has awslambdaric; None for this one.
    """

    port: int = 3000
    state_directory: Path = field(default_factory=default_directory)
    template: Path = field(default_factory=lambda: checkout() / "template.yaml")
    parameters: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = DEFAULT_CONCURRENCY
    interpreter: Path | None = None


@dataclass(frozen=True)
class RunningSystem:
    """A running system.

    Attributes:
        state: The content of local.json.
        state_file: Path of local.json.
        functions: The template's functions.
    """

    state: LocalState
    state_file: Path
    functions: tuple[Function, ...]
    _cloud: CloudProcess

    async def failure(self) -> str:
        """Wait until the system fails, and return the reason in one line."""
        return await self._cloud.died()


@asynccontextmanager
async def start(settings: Settings, reporter: Reporter) -> AsyncIterator[RunningSystem]:
    """Run the system while the context lasts.

    Args:
        settings: How to run it.
        reporter: Gets every request and every failed worker.

    Raises:
        StartError: The port or the state directory is taken.
        TemplateError: The template is broken.
        CloudError: The process that plays AWS's services died at its start.
    """
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(owned(settings.state_directory))
        listener = stack.enter_context(_listen(settings.port))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stack.enter_context(_log_in(directory / "logs" / "emulator.log"))
        cloud = await CloudProcess.start(directory / "logs" / "cloud.log")
        stack.push_async_callback(cloud.close)
        parameters = {
            **_DEVELOPMENT_PARAMETERS,
            **settings.parameters,
            "ManifestBaseUrl": f"{url}{MANIFESTS_PATH}".rstrip("/"),
        }
        # In a thread: meanwhile the cloud process imports, and signals are still handled.
        template = await asyncio.to_thread(
            templates.load, settings.template, settings.parameters, directory / "templates"
        )
        tenants = issue_credentials()
        credentials = [credential.table_item() for credential in tenants]
        admin_token, admin_token_sha256 = issue_admin_token()
        functions_listener = stack.enter_context(_listen(0))
        job = Job(
            document=template.document,
            parameters=parameters,
            items={_TENANTS_TABLE: credentials, _LIMITS_TABLE: limit_items()},
            functions_port=functions_listener.getsockname()[1],
            operators={LOCAL_OPERATOR: admin_token_sha256},
            earlier_roots=_earlier_roots(directory),
            trust_lists=installed_trust_lists(directory),
        )
        try:
            report = await cloud.build(job)
            functions = functions_of(template, report.resources)
            api = api_of(report.resources)
            throttle = throttle_of(report.resources)
        except TemplateError as error:
            raise TemplateError(error.reason, settings.template) from error
        if report.notice:
            reporter.notice(report.notice)
        runtime = LambdaRuntime(
            functions,
            cloud.endpoint,
            directory / "logs",
            reporter.notice,
            settings.concurrency,
            settings.interpreter,
        )
        stack.push_async_callback(runtime.close)
        await runtime.start()
        invoke_api = HttpServer(InvokeApi(functions.values(), runtime).handle, MAX_BODY_BYTES)
        stack.push_async_callback(invoke_api.close)
        await invoke_api.start(functions_listener)
        front = _front(ApiGateway(api, runtime, throttle), report, cloud.endpoint)
        server = HttpServer(observed(front, reporter), MAX_BODY_BYTES)
        stack.push_async_callback(server.close)
        await server.start(listener)
        state = _state(directory, url, cloud.endpoint, report, functions, tenants, admin_token)
        state.save(directory)
        yield RunningSystem(state, directory / FILE_NAME, tuple(functions.values()), cloud)


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be opened: {error}"
        raise StartError(f"port {port} of 127.0.0.1 {reason}") from error


def _front(gateway: ApiGateway, report: Report, aws_endpoint: str) -> Handler:
    """Serve the CDN, the console, the API and its documentation at one address."""
    bucket = report.resources.get(MANIFEST_BUCKET)
    cdn = ManifestCdn(bucket.ref, aws_endpoint) if bucket else None
    console = ConsoleSite(checkout(), aws_endpoint)
    documentation = Documentation(checkout() / "docs" / "openapi.json")

    async def handle(request: Request) -> Response:
        if cdn is not None and request.path.startswith(MANIFESTS_PATH):
            return await cdn.handle(request)
        page = console.find(request) or documentation.find(request)
        return page or await gateway.handle(request)

    return handle


def _state(
    directory: Path,
    url: str,
    aws_endpoint: str,
    report: Report,
    functions: Mapping[str, Function],
    tenants: Sequence[Credential],
    admin_token: str,
) -> LocalState:
    anchors, tsa_anchors = directory / ANCHORS_NAME, directory / TSA_ANCHORS_NAME
    keep_anchors(anchors, report.anchors_pem)
    keep_anchors(tsa_anchors, report.timestamp_anchors_pem)
    return LocalState(
        url=url,
        tenants=tuple(TenantToken(tenant.tenant_id, tenant.token) for tenant in tenants),
        admin_token=admin_token,
        anchors=str(anchors),
        tsa_anchors=str(tsa_anchors),
        pid=os.getpid(),
        aws_endpoint=aws_endpoint,
        receipt_public_key=report.receipt_public_key,
        variables={one.name: dict(one.variables) for one in functions.values()},
    )


def _earlier_roots(directory: Path) -> dict[str, str]:
    files = {"signers": directory / ANCHORS_NAME, "time_stamps": directory / TSA_ANCHORS_NAME}
    kept = {purpose: file for purpose, file in files.items() if file.exists()}
    return {purpose: file.read_text(encoding="ascii") for purpose, file in kept.items()}


@contextmanager
def _log_in(file: Path) -> Iterator[None]:
    """Write the emulator's own log to a file; the screen is for requests."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("emulator")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
