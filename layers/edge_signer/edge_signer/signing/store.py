"""The store of manifests and time-stamps: a versioned S3 bucket, with a prefix per tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_signer.platform.clients import StoreCall
from edge_signer.signing.credentials.time_stamp import REPLY_TYPE, TimeStamp
from edge_signer.signing.errors import ManifestIdReusedError
from edge_signer.signing.signing_request import SigningRequest

MANIFEST_CONTENT_TYPE = "application/c2pa"
MANIFEST_CACHE_CONTROL = "public, max-age=60"


@dataclass(frozen=True)
class StoredManifest:
    """Address and version of a stored manifest."""

    url: str
    version: str


class S3ManifestStore:
    """The bucket; needs `s3:PutObject` and `s3:GetObjectVersion` on the two kinds of keys.

    The last write is the one that is served; earlier versions are kept. Sidecars are under
    `<tenant>/sha256/<asset_sha256>.c2pa`, embedded manifests under
    `<tenant>/sha256/<asset_sha256>.embedded.c2pa`, time-stamps under `<tenant>/tsa/<serial>.tsr`.
    Manifests whose assets name them are under `<tenant>/id/<manifest_id>.c2pa`, and are written
    once: another asset's manifest in that place would make the first asset look tampered with.

    Args:
        s3: Client of S3.
        bucket: A versioned bucket.
        base_url: Public address up to the tenant's part of the path, without a trailing slash.
    """

    def __init__(self, s3: Any, bucket: str, base_url: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._base_url = base_url

    def url_of(self, request: SigningRequest) -> str:
        """Return the address of a request's manifest, whether or not there is one yet."""
        return f"{self._base_url}/{_key_of(request)}"

    def put(self, request: SigningRequest, manifest_store: bytes) -> StoredManifest:
        """Write a request's manifest.

        Raises:
            ManifestIdReusedError: There is a manifest under its `manifest_id`, and it stays.
            StoreUnavailableError: S3 refused, or did not answer in time. In that case the whole
                manifest may still be stored, as a version of its own.
        """
        condition = {} if request.manifest_id is None else {"IfNoneMatch": "*"}
        key = _key_of(request)
        version = self._put(key, manifest_store, MANIFEST_CONTENT_TYPE, **condition)
        return StoredManifest(f"{self._base_url}/{key}", version)

    def read(self, request: SigningRequest, version: str) -> bytes:
        """Return a version of a request's manifest.

        Raises:
            StoreUnavailableError: S3 does not answer, or no longer has it.
        """
        key = _key_of(request)
        with StoreCall("The manifest cannot be read; try again."):
            found = self._s3.get_object(Bucket=self._bucket, Key=key, VersionId=version)
            return bytes(found["Body"].read())

    def put_time_stamp(self, tenant_id: str, stamp: TimeStamp) -> str:
        """Write the authority's response as `openssl ts -verify -in` reads it; give its address.

        Raises:
            StoreUnavailableError: As with `put`.
        """
        key = f"{tenant_id}/tsa/{stamp.serial_number}.tsr"
        self._put(key, stamp.response, REPLY_TYPE)
        return f"{self._base_url}/{key}"

    def _put(self, key: str, content: bytes, content_type: str, **condition: str) -> str:
        """Write an object, and give its version."""
        with StoreCall("The store did not confirm the manifest; the request may be sent again."):
            try:
                answer = self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ContentType=content_type,
                    CacheControl=MANIFEST_CACHE_CONTROL,
                    **condition,
                )
            except self._s3.exceptions.ClientError as refused:
                if refused.response["Error"]["Code"] != "PreconditionFailed":
                    raise
                raise ManifestIdReusedError(
                    "There is a manifest under this manifest_id already; sign with a new one."
                ) from refused
        return str(answer.get("VersionId", "null"))


def _key_of(request: SigningRequest) -> str:
    if request.manifest_id is not None:
        return f"{request.tenant_id}/id/{request.manifest_id}.c2pa"
    kind = "" if request.embedding is None else ".embedded"
    return f"{request.tenant_id}/sha256/{request.asset_sha256.hex()}{kind}.c2pa"
