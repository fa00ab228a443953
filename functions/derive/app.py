"""The derive function: makes smaller images for a CDN. Only the sign function signs them."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from derivatives.invoked_api import InvokedSession
from derivatives.maker import SigningMaker
from edge_signer.configuration.flags import operator_flags
from edge_signer.configuration.parameters import SsmParameter
from edge_signer.derivatives.wiring import DeriveSettings, derivative_service
from edge_signer.http.application import Application
from edge_signer.http.routes.derive import DeriveEndpoints
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry

# Longer than a signature takes, and than the central signer's.
_INVOCATION_S = 20.0

settings = DeriveSettings.from_environment(os.environ)
telemetry = Telemetry("derive", settings, counted="derive")
functions = {
    "/edge-sign": settings.sign_function,
    "/verify/uploads": settings.verify_function,
}
lambda_ = client("lambda", settings.aws_region, timeout_s=_INVOCATION_S, attempts=1)
maker = SigningMaker(
    SsmParameter(client("ssm", settings.aws_region), settings.derivatives_token).read,
    partial(InvokedSession, lambda_, functions),
    settings.derivative_policy,
)
endpoints = DeriveEndpoints(
    derivative_service(settings, maker),
    settings,
    operator_flags(settings, telemetry.complaint("flag_ignored")),
)
app = Application(endpoints.routes(), telemetry, None)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return app.resolve(event, context)
