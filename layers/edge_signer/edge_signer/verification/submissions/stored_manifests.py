"""Reads manifests that this deployment stores, by their public address, and nothing else.

Nothing is fetched over HTTP. An address either is, character by character, one that the signer
gives, and then names an object of the manifest bucket; or it is refused. It is never parsed as a
URL, so two parsers cannot disagree about it.
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.platform.names import TENANT_ID
from edge_signer.verification.submissions.errors import UnknownManifestError

#: Keys of manifests, as `signing/store.py` makes them.
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = rf"{TENANT_ID.pattern}/(sha256/[0-9a-f]{{64}}(\.embedded)?|id/{_UUID})\.c2pa"
#: What follows the base of an address.
_REST = re.compile(rf"/(?P<key>{_KEY})(\?versionId=(?P<version>[A-Za-z0-9._-]{{1,128}}))?")
#: No manifest that the signer stores is larger.
MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_READING = StoreCall("The manifest cannot be read; try again.")
# Without s3:ListBucket, which would show every tenant's manifests, S3 answers 403 for nothing.
_ABSENT = {"NoSuchKey", "NoSuchVersion", "AccessDenied", "InvalidArgument"}


class StoredManifests:
    """The manifests of all tenants, which are public.

    Needs `s3:GetObject` and `s3:GetObjectVersion` on `*/sha256/*.c2pa` and `*/id/*.c2pa`.

    Args:
        s3: Client.
        bucket: The manifest bucket.
        base_url: Public address up to the tenant's part of the path, without a slash at the end.
    """

    def __init__(self, s3: Any, bucket: str, base_url: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._base_url = base_url

    def read(self, manifest_url: str, tenant_id: str | None = None) -> bytes:
        """Return a manifest store.

        Args:
            manifest_url: Its address.
            tenant_id: Whose it must be; None for any tenant's.

        Raises:
            InvalidRequestError: The address is not one that this deployment gives the tenant.
            UnknownManifestError: There is no manifest.
            StoreUnavailableError: S3 does not answer.
        """
        base, rest = manifest_url[: len(self._base_url)], manifest_url[len(self._base_url) :]
        found = _REST.fullmatch(rest)
        owner = tenant_id or "<tenant>"
        is_owned = tenant_id is None or rest.startswith(f"/{tenant_id}/")
        if base != self._base_url or found is None or not is_owned:
            raise InvalidRequestError(
                "manifest_url must be a manifest_url of this deployment, such as "
                f"{self._base_url}/{owner}/sha256/<asset_sha256>.c2pa; nothing else is fetched"
            )
        return self._read(found["key"], found["version"])

    def read_version(self, key: str, version: str) -> bytes:
        """Return one version of a manifest, as S3 names it.

        Raises:
            UnknownManifestError: There is none, or the key is not a manifest's.
            StoreUnavailableError: S3 does not answer.
        """
        if not re.fullmatch(_KEY, key):
            raise UnknownManifestError(f"{key} is not a manifest.")
        return self._read(key, version)

    def _read(self, key: str, version: str | None) -> bytes:
        wanted = {"VersionId": version} if version else {}
        with _READING:
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=key, **wanted)
            except ClientError as refused:
                if refused.response["Error"]["Code"] in _ABSENT:
                    raise UnknownManifestError("There is no manifest at manifest_url.") from refused
                raise
            return bytes(answer["Body"].read(MAX_MANIFEST_BYTES))
