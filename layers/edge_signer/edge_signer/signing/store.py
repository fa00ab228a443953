"""Where manifests are kept: a versioned S3 bucket, one prefix a tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.platform.errors import StoreUnavailableError

MANIFEST_CONTENT_TYPE = "application/c2pa"
MANIFEST_CACHE_CONTROL = "public, max-age=60"


@dataclass(frozen=True)
class StoredManifest:
    """Where a manifest can be fetched, and which version it is."""

    url: str
    version: str


class ManifestStore(Protocol):
    """Keeps manifest stores; nothing is ever lost by writing again."""

    def put(self, tenant_id: str, asset_sha256: bytes, manifest_store: bytes) -> StoredManifest:
        """Keep the manifest store of an asset; the last write is the one that is served."""


class S3ManifestStore:
    """Sidecars under `<tenant>/sha256/<asset_sha256>.c2pa`; needs `s3:PutObject` on the bucket.

    Args:
        s3: Client of S3.
        bucket: A versioned bucket.
        base_url: Public address before the tenant's part of the path, without a slash at its end.
    """

    def __init__(self, s3: Any, bucket: str, base_url: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._base_url = base_url

    def put(self, tenant_id: str, asset_sha256: bytes, manifest_store: bytes) -> StoredManifest:
        """Write the sidecar.

        Raises:
            StoreUnavailableError: S3 refused it, or did not answer in time; then it may be there
                all the same, whole, as a version of its own.
        """
        key = f"{tenant_id}/sha256/{asset_sha256.hex()}.c2pa"
        try:
            answer = self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=manifest_store,
                ContentType=MANIFEST_CONTENT_TYPE,
                CacheControl=MANIFEST_CACHE_CONTROL,
            )
        except (BotoCoreError, ClientError) as failure:
            raise StoreUnavailableError(
                "The store did not confirm the manifest; the request may be sent again.",
                retry_after_s=5,
            ) from failure
        return StoredManifest(f"{self._base_url}/{key}", answer.get("VersionId", "null"))
