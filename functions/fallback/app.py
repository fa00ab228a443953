"""The central signer: signs with c2pa-rs what the sign function hands over by Lambda's Invoke."""

from __future__ import annotations

import os
from typing import Any

from edge_signer.platform.worker_start import worker_start

with worker_start():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from central_signer.invocation import Invocation
    from central_signer.wiring import FallbackSettings, central_signing_service
    from edge_signer.http.catalogue import STATUS
    from edge_signer.telemetry.telemetry import Telemetry

    settings = FallbackSettings.from_environment(os.environ)
    telemetry = Telemetry("fallback", settings)
    service = central_signing_service(
        settings,
        telemetry.complaint("policy_ignored"),
        telemetry.complaint("kms_quota_impaired"),
        telemetry.complaint("tsa_unusable"),
    )
    invocation = Invocation(service, telemetry, STATUS)


def handler(event: Any, _context: LambdaContext) -> dict[str, Any]:
    """Answer a CentralRequest with a CentralAnswer or a CentralRefusal."""
    return invocation(event)
