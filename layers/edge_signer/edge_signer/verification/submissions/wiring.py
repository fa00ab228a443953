"""The settings of the verify function, and the verification service built from them."""

from __future__ import annotations

from pydantic import Field

from edge_signer.configuration.settings import CalledSettings, TelemetrySettings
from edge_signer.platform.clients import client
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.running_work import RunningWork
from edge_signer.verification.submissions.service import VerificationService
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from edge_signer.verification.submissions.submission import Verifier
from edge_signer.verification.submissions.uploads import UploadBucket

#: Reads can be repeated, unlike the writes of other functions.
S3_ATTEMPTS = 3
#: Begins the keys of the items that count running verifications; tenants' names follow.
RUNNING_PREFIX = "verifying#"


class VerifySettings(CalledSettings):
    """The environment of the verify function, as set by `template.yaml`.

    Attributes:
        manifest_bucket: Holds the manifests and the trust lists.
        manifest_base_url: Public address of the manifests.
        upload_bucket: Where tenants upload files.
        max_running_verifications: How many verifications of a tenant may run at once.
    """

    manifest_bucket: str = Field(min_length=3)
    manifest_base_url: str = Field(pattern=r"^https?://[^ ]+[^/ ]$")
    upload_bucket: str = Field(min_length=3)
    max_running_verifications: int = Field(4, ge=1, le=1000)


class RecheckSettings(TelemetrySettings):
    """The environment of the recheck function, as set by `template.yaml`.

    Attributes:
        manifest_bucket: Holds the manifests and the trust lists.
    """

    manifest_bucket: str = Field(min_length=3)


def stored_manifests(settings: RecheckSettings) -> StoredManifests:
    """Build the reader of manifests by their keys; it knows no address."""
    s3 = client("s3", settings.aws_region, attempts=S3_ATTEMPTS)
    return StoredManifests(s3, settings.manifest_bucket, base_url="")


def verification_service(settings: VerifySettings, verifier: Verifier) -> VerificationService:
    """Build the service.

    Args:
        settings: Of the function.
        verifier: The engines.
    """
    s3 = client("s3", settings.aws_region, attempts=S3_ATTEMPTS)
    table = ConditionalTable(client("dynamodb", settings.aws_region), settings.requests_table)
    running = RunningWork(
        table, RUNNING_PREFIX, "verifications", settings.max_running_verifications
    )
    return VerificationService(
        verifier,
        UploadBucket(s3, settings.upload_bucket),
        StoredManifests(s3, settings.manifest_bucket, settings.manifest_base_url),
        running,
    )
