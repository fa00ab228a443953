"""POST /edge-sign: settings, clients and service, put together once per execution environment."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from edge_signer.platform.worker_start import worker_start

with worker_start():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from edge_signer.configuration.flags import operator_flags
    from edge_signer.configuration.settings import Settings
    from edge_signer.http.admission import Gatekeeper
    from edge_signer.http.application import Application
    from edge_signer.http.authentication import require_open
    from edge_signer.http.cross_origin import CrossOrigin
    from edge_signer.http.idempotency import Idempotency
    from edge_signer.http.routes.edge_sign import NOTHING_HERE, EdgeSignEndpoint
    from edge_signer.platform.clients import client
    from edge_signer.signing.wiring import signing_service
    from edge_signer.telemetry.telemetry import Telemetry
    from edge_signer.tenancy.dynamodb_rate_limiter import TIMEOUT_S, DynamoDbRateLimiter
    from edge_signer.tenancy.replays import DynamoDbReplayGuard
    from edge_signer.tenancy.tenants import DynamoDbTenantDirectory

    settings = Settings.from_environment(os.environ)
    telemetry = Telemetry("sign", settings)
    dynamodb = client("dynamodb", settings.aws_region)
    flags = operator_flags(settings, telemetry.complaint("flag_ignored"))
    endpoint = EdgeSignEndpoint(
        Gatekeeper(
            DynamoDbTenantDirectory(dynamodb, settings.tenants_table),
            DynamoDbReplayGuard(dynamodb, settings.requests_table),
            DynamoDbRateLimiter(
                client("dynamodb", settings.aws_region, timeout_s=TIMEOUT_S, attempts=1),
                settings.limits_table,
                telemetry.complaint("rate_limiter_impaired"),
            ),
            flags,
            partial(require_open, has_central_signer=settings.has_central_signer),
        ),
        Idempotency(dynamodb, settings.requests_table),
        signing_service(settings, flags, telemetry),
        flags,
    )
    app = Application(
        endpoint.routes(), telemetry, CrossOrigin(settings.cors_origins), NOTHING_HERE
    )


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return app.resolve(event, context)
