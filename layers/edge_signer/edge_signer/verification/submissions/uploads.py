"""Uploads: files that tenants want verified, in a bucket that keeps them for a day at most.

A client sends a file straight to S3, with a form that this signs in advance. The key,
`uploads/<tenant>/<upload_id>`, is part of what is signed, and so is the largest size. The
identifier is random, and the function may not list the bucket.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.deadline import Deadline
from edge_signer.verification.submissions.errors import UploadTooLargeError
from edge_signer.verification.submissions.object_stream import ObjectStream

#: How long a form may be used.
FORM_S = 15 * 60
#: The largest upload. It has to fit into the function's /tmp.
MAX_UPLOAD_BYTES = 2 * 1024**3
#: The largest file that c2pa-rs gets. Of larger ones it judges the manifest store alone, and only
#: our own validator the binding to the file, in constant memory.
MAX_ENGINE_BYTES = 256 * 1024**2
# But it looks for a store in these formats by reading the whole file into memory, a JPEG twice
# (`python -m measure.bench.verification_memory`). The function has 1,769 MB.
_READ_AS_A_WHOLE = re.compile(r"image/(jpeg|svg\+xml)|application/(?!mp4$).+")
_BUFFER_BYTES = 64 * 1024
_FORM = StoreCall("An upload cannot be prepared now; try again.")
_DELETING = StoreCall("The upload was not deleted; it expires.")


@dataclass(frozen=True)
class UploadForm:
    """A form with which a client may upload one file.

    Attributes:
        upload_id: Names the upload in `POST /verify`.
        url: Where to send it, as multipart/form-data.
        fields: Fields to send before the file's own, `file`.
        ends_at: Until when.
    """

    upload_id: str
    url: str
    fields: Mapping[str, str]
    ends_at: datetime


class UploadBucket:
    """The bucket; needs `s3:PutObject`, `s3:GetObject` and `s3:DeleteObject` on `uploads/*/*`.

    All methods raise StoreUnavailableError if S3 does not answer.

    Args:
        s3: Client.
        bucket: Its name.
    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def new(self, tenant_id: str) -> UploadForm:
        """Sign a form for a new upload; S3 is not called."""
        upload_id = str(uuid.uuid4())
        ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=FORM_S)
        with _FORM:
            form = self._s3.generate_presigned_post(
                self._bucket,
                _key(tenant_id, upload_id),
                Conditions=[["content-length-range", 1, MAX_UPLOAD_BYTES]],
                ExpiresIn=FORM_S,
            )
        return UploadForm(upload_id, form["url"], form["fields"], ends_at)

    def open(self, tenant_id: str, upload_id: str, media_type: str, deadline: Deadline) -> BinaryIO:
        """Open a tenant's upload, to be read; the caller closes it.

        Args:
            tenant_id: The tenant.
            upload_id: Of one of its uploads.
            media_type: What the file is said to be.
            deadline: Of the request.

        Raises:
            UploadTooLargeError: It is larger than the engine's memory allows for its media type.
            UnknownUploadError, UploadChangedError, VerificationTooLongError: As in ObjectStream.
        """
        stream = ObjectStream(self._s3, self._bucket, _key(tenant_id, upload_id), deadline)
        most = max_bytes_of(media_type)
        if stream.size_bytes > most:
            stream.close()
            raise UploadTooLargeError(
                f"A file of type {media_type} may have at most {most} bytes here. Verify it with "
                "`edge-signer verify`, which has no such limit."
            )
        # A stream of its own may give less than it is asked for, at the end of a range.
        return io.BufferedReader(stream, _BUFFER_BYTES)

    def delete(self, tenant_id: str, upload_id: str) -> None:
        """Delete a tenant's upload."""
        with _DELETING:
            self._s3.delete_object(Bucket=self._bucket, Key=_key(tenant_id, upload_id))


def max_bytes_of(media_type: str) -> int:
    """Return the largest upload of a media type that fits into the memory of the function."""
    is_whole = _READ_AS_A_WHOLE.fullmatch(media_type) is not None
    return MAX_ENGINE_BYTES if is_whole else MAX_UPLOAD_BYTES


def _key(tenant_id: str, upload_id: str) -> str:
    return f"uploads/{tenant_id}/{upload_id}"
