"""The recheck function: verifies manifests that S3 reports as stored, and can sign nothing."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from central_signer.verification.verifier import Verifier
from edge_signer.http.catalogue import STATUS
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry
from edge_signer.verification.submissions.rechecks import Rechecks
from edge_signer.verification.submissions.wiring import RecheckSettings, stored_manifests
from edge_signer.verification.trust_lists.list_bucket import TrustListBucket

settings = RecheckSettings.from_environment(os.environ)
telemetry = Telemetry("recheck", settings, counted=None)
trust = TrustListBucket(
    client("s3", settings.aws_region),
    settings.manifest_bucket,
    telemetry.complaint("trust_list_rejected"),
)
rechecks = Rechecks(stored_manifests(settings), Verifier(trust), telemetry, STATUS)


def handler(event: dict[str, Any], _context: LambdaContext) -> None:
    """Verify what an event of S3 names."""
    rechecks(event)
