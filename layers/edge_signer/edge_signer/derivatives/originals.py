"""The publisher's originals, with the sidecars beside them; they are only read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_signer.derivatives.errors import UnknownOriginalError, UnsuitableOriginalError
from edge_signer.platform.clients import StoreCall

#: The largest original: it is held in memory, as is what it shows.
MAX_ORIGINAL_BYTES = 64 * 1024 * 1024
_MAX_SIDECAR_BYTES = 4 * 1024 * 1024
_SUFFIX = ".c2pa"
# Without the permission to list the bucket, S3 says 403 of what is not there.
_ABSENT = {403, 404}
# S3 calls a version identifier that it never made a bad request.
_NO_VERSION = 400
_READING = StoreCall("The original cannot be read; try again.")


@dataclass(frozen=True)
class Original:
    """An original as it is now.

    Attributes:
        key: Its key in the bucket.
        etag: Of its content.
        version_id: Its version; None in a bucket without versions.
        sidecar_etag: Of the sidecar beside it; None for none.
    """

    key: str
    etag: str
    version_id: str | None
    sidecar_etag: str | None


class OriginalBucket:
    """A bucket of originals; needs `s3:GetObject` on it, and `s3:GetObjectVersion` for versions.

    Args:
        s3: Client.
        name: Of the bucket.
    """

    def __init__(self, s3: Any, name: str) -> None:
        self._s3 = s3
        self._name = name

    def find(self, key: str, version_id: str | None) -> Original:
        """Look an original up.

        Args:
            key: Its key.
            version_id: The version that is wanted; None for the current one.

        Raises:
            UnknownOriginalError: It is not there.
            UnsuitableOriginalError: It is too large.
            StoreUnavailableError: S3 does not answer.
        """
        wanted = {"VersionId": version_id} if version_id is not None else {}
        head = None if key.endswith(_SUFFIX) else self._head(key, **wanted)
        if head is None:
            raise UnknownOriginalError("There is no such original.")
        if head["ContentLength"] > MAX_ORIGINAL_BYTES:
            raise UnsuitableOriginalError(f"The original has more than {MAX_ORIGINAL_BYTES} bytes.")
        sidecar = self._head(key + _SUFFIX)
        return Original(
            key, head["ETag"], head.get("VersionId"), sidecar["ETag"] if sidecar else None
        )

    def read(self, original: Original) -> tuple[bytes, bytes | None]:
        """Read an original and its sidecar, as they were found.

        Raises:
            UnknownOriginalError: One has changed, or was deleted.
            StoreUnavailableError: S3 does not answer.
        """
        version = {"VersionId": original.version_id} if original.version_id else {}
        content = self._get(original.key, original.etag, MAX_ORIGINAL_BYTES, **version)
        sidecar = None
        if original.sidecar_etag is not None:
            key = original.key + _SUFFIX
            sidecar = self._get(key, original.sidecar_etag, _MAX_SIDECAR_BYTES)
        return content, sidecar

    def _head(self, key: str, **wanted: str) -> dict[str, Any] | None:
        with _READING:
            try:
                return dict(self._s3.head_object(Bucket=self._name, Key=key, **wanted))
            except self._s3.exceptions.ClientError as refused:
                status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
                if status in _ABSENT or (wanted and status == _NO_VERSION):
                    return None
                raise

    def _get(self, key: str, etag: str, most_bytes: int, **wanted: str) -> bytes:
        with _READING:
            try:
                found = self._s3.get_object(Bucket=self._name, Key=key, IfMatch=etag, **wanted)
                content: bytes = found["Body"].read(most_bytes + 1)
            except self._s3.exceptions.ClientError as refused:
                if refused.response["ResponseMetadata"]["HTTPStatusCode"] in {*_ABSENT, 412}:
                    raise UnknownOriginalError("The original has just changed.") from None
                raise
        if len(content) > most_bytes:
            raise UnsuitableOriginalError(f"{key} has more than {most_bytes} bytes.")
        return content
