"""The execute function: jobs and receipts, wired once per execution environment."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.configuration.flags import operator_flags
from edge_signer.execution.wiring import ExecuteSettings, job_services, receipt_keys
from edge_signer.http.admission import Gatekeeper
from edge_signer.http.application import Application
from edge_signer.http.authentication import require_open_for_jobs
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.routes.batches import BatchEndpoints
from edge_signer.http.routes.build_types import build_type_routes
from edge_signer.http.routes.jobs import JobEndpoints
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry
from edge_signer.tenancy.dynamodb_rate_limiter import TIMEOUT_S, DynamoDbRateLimiter
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory

settings = ExecuteSettings.from_environment(os.environ)
telemetry = Telemetry("execute", settings, counted="job")
dynamodb = client("dynamodb", settings.aws_region)
flags = operator_flags(settings, telemetry.complaint("flag_ignored"))
limiter = DynamoDbRateLimiter(
    client("dynamodb", settings.aws_region, timeout_s=TIMEOUT_S, attempts=1),
    settings.limits_table,
    telemetry.complaint("rate_limiter_impaired"),
)
gatekeeper = Gatekeeper(
    DynamoDbTenantDirectory(dynamodb, settings.tenants_table),
    DynamoDbReplayGuard(dynamodb, settings.requests_table),
    limiter,
    flags,
    require_open_for_jobs,
)
jobs, batches = job_services(
    settings, flags, require_open_for_jobs, telemetry.complaint("job_object_rejected")
)
endpoints = {
    **JobEndpoints(gatekeeper, jobs, receipt_keys(settings, flags)).routes(),
    **BatchEndpoints(gatekeeper, batches).routes(),
    **build_type_routes(),
}
app = Application(endpoints, telemetry, CrossOrigin(settings.cors_origins))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return app.resolve(event, context)
