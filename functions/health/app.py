"""GET /health: answers load balancers at once; loads the rest when it is first asked for."""

from __future__ import annotations

import os
from typing import Any

from edge_signer.http.routes.health import FullAnswers, HealthEndpoint


def full_answers() -> FullAnswers:
    """Put settings, clients and checks together, once per execution environment."""
    from edge_signer.health.wiring import HealthSettings, health_report
    from edge_signer.http.admin_token import AdminTokens, admin_tokens_parameter
    from edge_signer.http.routes.full_health import FullHealth
    from edge_signer.platform.clients import client
    from edge_signer.telemetry.telemetry import Telemetry

    settings = HealthSettings.from_environment(os.environ)
    ssm = client("ssm", settings.aws_region, timeout_s=1.0, attempts=1)
    operators = AdminTokens(ssm, admin_tokens_parameter(settings.stage))
    return FullHealth(
        health_report(settings), operators, Telemetry("health", settings, counted=None)
    )


endpoint = HealthEndpoint(full_answers)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return endpoint(event)
