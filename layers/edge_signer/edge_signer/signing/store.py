"""The store of manifests and time-stamps: a versioned S3 bucket, with a prefix per tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from edge_signer.platform.clients import StoreCall
from edge_signer.signing.credentials.time_stamp import REPLY_TYPE, TimeStamp
from edge_signer.signing.errors import ManifestIdReusedError
from edge_signer.signing.signing_request import SigningRequest

MANIFEST_CONTENT_TYPE = "application/c2pa"
MANIFEST_CACHE_CONTROL = "public, max-age=60"
# Nearly always the first of them is the one.
_VERSIONS_A_PAGE = 20
_CLOCKS_DIFFER = timedelta(minutes=1)


class S3ManifestStore:
    """The bucket.

    Needs `s3:PutObject` and `s3:GetObjectVersion` on the two kinds of keys, and
    `s3:ListBucketVersions` for them.

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

    def put(self, request: SigningRequest, manifest_store: bytes) -> str:
        """Write a request's manifest, and return its version.

        Raises:
            ManifestIdReusedError: There is a manifest under its `manifest_id`, and it stays.
            StoreUnavailableError: S3 refused, or did not answer in time. In that case the whole
                manifest may still be stored, as a version of its own.
        """
        condition = {} if request.manifest_id is None else {"IfNoneMatch": "*"}
        return self._put(_key_of(request), manifest_store, MANIFEST_CONTENT_TYPE, **condition)

    def read(self, request: SigningRequest, version: str) -> bytes:
        """Return a version of a request's manifest.

        Raises:
            StoreUnavailableError: S3 does not answer, or no longer has it.
        """
        key = _key_of(request)
        with StoreCall("The manifest cannot be read; try again."):
            found = self._s3.get_object(Bucket=self._bucket, Key=key, VersionId=version)
            return bytes(found["Body"].read())

    def version_of(self, request: SigningRequest, md5: str, since: datetime) -> str | None:
        """Find a manifest among the versions of its key.

        Args:
            request: Whose manifest it is.
            md5: Of the manifest, in hexadecimal: S3's ETag where it encrypts with its own keys.
            since: When it was stored, or earlier.

        Returns:
            Its version; None if there is none.

        Raises:
            StoreUnavailableError: S3 does not answer.
        """
        for one in self._versions(_key_of(request)):
            if one["LastModified"] < since - _CLOCKS_DIFFER:
                break
            if one["ETag"].strip('"') == md5:
                return str(one["VersionId"])
        return None

    def has_time_stamp(self, url: str) -> bool:
        """Return whether there is a time-stamp at its address.

        Raises:
            StoreUnavailableError: S3 does not answer.
        """
        return any(self._versions(url.removeprefix(f"{self._base_url}/")))

    def _versions(self, key: str) -> Iterator[Mapping[str, Any]]:
        """Give the versions of an object, the newest first."""
        with StoreCall("The manifest cannot be looked up; try again."):
            pages = self._s3.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=key, PaginationConfig={"PageSize": _VERSIONS_A_PAGE}
            )
            for page in pages:
                # Objects whose key only begins like this one come after it.
                yield from (one for one in page.get("Versions", ()) if one["Key"] == key)

    def url_of_time_stamp(self, tenant_id: str, stamp: TimeStamp) -> str:
        """Return the address of a time-stamp, whether or not it is stored yet."""
        return f"{self._base_url}/{_key_of_time_stamp(tenant_id, stamp)}"

    def put_time_stamp(self, tenant_id: str, stamp: TimeStamp) -> None:
        """Write the authority's response as `openssl ts -verify -in` reads it.

        Raises:
            StoreUnavailableError: As with `put`.
        """
        self._put(_key_of_time_stamp(tenant_id, stamp), stamp.response, REPLY_TYPE)

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


def _key_of_time_stamp(tenant_id: str, stamp: TimeStamp) -> str:
    return f"{tenant_id}/tsa/{stamp.serial_number}.tsr"


def _key_of(request: SigningRequest) -> str:
    if request.manifest_id is not None:
        return f"{request.tenant_id}/id/{request.manifest_id}.c2pa"
    kind = "" if request.embedding is None else ".embedded"
    return f"{request.tenant_id}/sha256/{request.asset_sha256.hex()}{kind}.c2pa"
