"""/admin/*: settings, clients and changes, put together once an execution environment."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.administration.settings import AdminSettings
from edge_signer.administration.wiring import administration
from edge_signer.http.admin_token import AdminTokens, admin_tokens_parameter
from edge_signer.http.application import Application
from edge_signer.http.routes.admin import AdminEndpoints
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry

settings = AdminSettings.from_environment(os.environ)
telemetry = Telemetry("admin", settings, counted="admin")
tokens = AdminTokens(client("ssm", settings.aws_region), admin_tokens_parameter(settings.stage))
endpoints = AdminEndpoints(tokens, administration(settings, telemetry))
app = Application(endpoints.routes(), telemetry, cross_origin=None)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return app.resolve(event, context)
