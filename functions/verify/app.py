"""The verify function: judges the credentials of hostile files, and can sign nothing."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from central_signer.verification.verifier import Verifier
from edge_signer.configuration.flags import operator_flags
from edge_signer.http.admission import Gatekeeper
from edge_signer.http.application import Application
from edge_signer.http.authentication import require_open_for_verification
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.routes.verify import VerifyEndpoints
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry
from edge_signer.tenancy.dynamodb_rate_limiter import TIMEOUT_S, DynamoDbRateLimiter
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory
from edge_signer.verification.submissions.uploads import MAX_ENGINE_BYTES
from edge_signer.verification.submissions.wiring import VerifySettings, verification_service
from edge_signer.verification.trust_lists.list_bucket import TrustListBucket

settings = VerifySettings.from_environment(os.environ)
telemetry = Telemetry("verify", settings, counted="verify")
dynamodb = client("dynamodb", settings.aws_region)
flags = operator_flags(settings, telemetry.complaint("flag_ignored"))
limiter = DynamoDbRateLimiter(
    client("dynamodb", settings.aws_region, timeout_s=TIMEOUT_S, attempts=1),
    settings.limits_table,
    telemetry.complaint("rate_limiter_impaired"),
)
trust = TrustListBucket(
    client("s3", settings.aws_region),
    settings.manifest_bucket,
    telemetry.complaint("trust_list_rejected"),
)
endpoints = VerifyEndpoints(
    Gatekeeper(
        DynamoDbTenantDirectory(dynamodb, settings.tenants_table),
        DynamoDbReplayGuard(dynamodb, settings.requests_table),
        limiter,
        flags,
        require_open_for_verification,
    ),
    verification_service(settings, Verifier(trust, MAX_ENGINE_BYTES)),
)
app = Application(endpoints.routes(), telemetry, CrossOrigin(settings.cors_origins))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return app.resolve(event, context)
