"""Reads an object of S3 as a seekable stream, in ranges, each of them once."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.deadline import REQUEST_S, Deadline
from edge_signer.verification.submissions.errors import (
    UnknownUploadError,
    UploadChangedError,
    VerificationTooLongError,
)

#: What one request to S3 reads.
RANGE_BYTES = 8 * 1024 * 1024
#: The part of a request's time that is left for judging what was read.
JUDGING_S = 3.0
#: How long a verification may read.
READING_S = REQUEST_S - JUDGING_S
_PIECE_BYTES = 256 * 1024
_SIZE = re.compile(r"bytes 0-[0-9]+/([0-9]+)")
_READING = StoreCall("The upload cannot be read; try again.")
# Without s3:ListBucket, which would show every tenant's uploads, S3 answers 403 where nothing is.
_ABSENT = {"NoSuchKey", "AccessDenied"}
_ABSENCE = "There is no such upload: it did not arrive, was verified already, or expired."
_CHANGE = "The upload was replaced while it was being verified; verify it again."


class ObjectStream(io.RawIOBase):
    """An object, as one seekable stream.

    What was read is kept in a temporary file without a name, so engines may read an asset several
    times, and in any order, without more requests: there are at most `size / RANGE_BYTES`, rounded
    up. The memory does not depend on the object's size. All ranges are of one version of it.

    Needs `s3:GetObject`. Constructor and reads raise:

    - UnknownUploadError: There is no such object.
    - UploadChangedError: It was replaced after the first read.
    - VerificationTooLongError: Less than `JUDGING_S` is left until the deadline.
    - StoreUnavailableError: S3 does not answer.

    Args:
        s3: Client.
        bucket: Its bucket.
        key: Its key.
        deadline: Of the request.
    """

    def __init__(self, s3: Any, bucket: str, key: str, deadline: Deadline) -> None:
        super().__init__()
        self._get: Callable[..., Any] = s3.get_object
        self._object = {"Bucket": bucket, "Key": key}
        self._deadline = deadline
        self._position = 0
        self._size = 0
        self._read: set[int] = set()
        self._kept = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with this
        try:
            self._fetch(0)
        except BaseException:
            self._kept.close()
            raise

    @property
    def size_bytes(self) -> int:
        """Size of the object."""
        return self._size

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It has positions."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read up to the end of a range; 0 bytes at the end of the object."""
        number = self._position // RANGE_BYTES
        ends = min((number + 1) * RANGE_BYTES, self._size)
        length = min(len(buffer), ends - self._position)
        if length <= 0:
            return 0
        if number not in self._read:
            self._fetch(number)
        with memoryview(buffer) as view:
            read = os.preadv(self._kept.fileno(), [view[:length]], self._position)
        self._position += read
        return read

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position, which may lie beyond the end."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("a position before the object's begin")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def close(self) -> None:
        """Delete what was kept."""
        self._kept.close()
        super().close()

    def _fetch(self, number: int) -> None:
        """Fetch a range and keep it; the first one tells size and version."""
        self._require_time()
        begin = number * RANGE_BYTES
        with _READING:
            try:
                answer = self._get(**self._object, Range=f"bytes={begin}-{begin + RANGE_BYTES - 1}")
            except ClientError as refused:
                code = refused.response["Error"]["Code"]
                if code in _ABSENT:
                    raise UnknownUploadError(_ABSENCE) from refused
                if code == "PreconditionFailed":
                    raise UploadChangedError(_CHANGE) from refused
                raise
            if number == 0:
                self._begin(answer)
            kept = self._keep(answer["Body"], begin)
        if kept != min(RANGE_BYTES, self._size - begin):
            raise UploadChangedError(_CHANGE)
        self._read.add(number)

    def _begin(self, answer: Any) -> None:
        found = _SIZE.fullmatch(str(answer.get("ContentRange", "")))
        self._size = int(found[1]) if found else int(answer["ContentLength"])
        self._object["IfMatch"] = str(answer["ETag"])

    def _keep(self, body: Any, begin: int) -> int:
        kept = 0
        while piece := body.read(_PIECE_BYTES):
            os.pwrite(self._kept.fileno(), piece, begin + kept)
            kept += len(piece)
            self._require_time()
        return kept

    def _require_time(self) -> None:
        if self._deadline.left_s() < JUDGING_S:
            raise VerificationTooLongError(
                f"A verification has {READING_S:g} s to read an upload, and {self._size} bytes are "
                "too many. Verify this file with `edge-signer verify`, which has no such limit."
            )
