"""An object of S3 as a seekable stream: its bytes, its requests, its memory and its ends."""

from __future__ import annotations

import io
import os
import random
import tracemalloc
from typing import Any

import pytest

from edge_signer.platform.deadline import REQUEST_S, Deadline
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.verification.submissions import object_stream
from edge_signer.verification.submissions.errors import (
    UnknownUploadError,
    UploadChangedError,
    VerificationTooLongError,
)
from edge_signer.verification.submissions.object_stream import READING_S, ObjectStream
from emulator.aws.faults import FaultRule
from emulator.aws.services import ServiceHost, in_process_services

BUCKET, KEY = "streams", "uploads/acme/one"
RANGE_BYTES = 64 * 1024
CONTENT = random.Random(7).randbytes(10 * RANGE_BYTES + 123)


@pytest.fixture(scope="module")
def s3(host: ServiceHost) -> Any:
    client = in_process_services(host).s3
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_stream, "RANGE_BYTES", RANGE_BYTES)
    monkeypatch.setattr(object_stream, "_PIECE_BYTES", RANGE_BYTES // 3)


@pytest.fixture
def stored(s3: Any) -> Any:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT)
    return s3


class Clock:
    """A clock that the test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def opened(s3: Any, clock: Clock | None = None, key: str = KEY) -> ObjectStream:
    return ObjectStream(s3, BUCKET, key, Deadline(REQUEST_S, clock or Clock()))


def gets(host: ServiceHost) -> int:
    return int(host._summary().get("s3.GetObject", {"count": 0})["count"])


def test_it_reads_like_the_file_itself_wherever_it_goes(stored: Any) -> None:
    draw, file = random.Random(1), io.BytesIO(CONTENT)
    with opened(stored) as stream:
        assert stream.size_bytes == len(CONTENT)
        for _ in range(400):
            whence = draw.choice([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END])
            least = {0: 0, 1: -file.tell(), 2: -len(CONTENT)}[whence]
            offset = draw.randrange(least, least + len(CONTENT) + 1000)
            assert stream.seek(offset, whence) == file.seek(offset, whence)
            length = draw.choice([0, 1, 7, 5000, 3 * RANGE_BYTES])
            found = io.BufferedReader(_Borrowed(stream)).read(length)
            assert found == file.read(length)
            stream.seek(file.tell())
        with pytest.raises(ValueError, match="before"):
            stream.seek(-1)


class _Borrowed(io.RawIOBase):
    """The same stream, for a buffer that would close it."""

    def __init__(self, stream: ObjectStream) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._stream.readinto(buffer)


def test_every_range_is_asked_for_once_however_often_it_is_read(
    host: ServiceHost, stored: Any
) -> None:
    before = gets(host)
    with opened(stored) as stream:
        for _ in range(3):
            stream.seek(0)
            assert stream.read() == CONTENT
    assert gets(host) - before == 11

    before = gets(host)
    with opened(stored) as stream:
        stream.seek(-10, os.SEEK_END)
        assert stream.read() == CONTENT[-10:]
    assert gets(host) - before == 2


class Zeros:
    """64 MiB of S3. moto, in this process, reads a whole object for each of its ranges."""

    size = 64 * 1024 * 1024

    def get_object(self, Range: str, **_: str) -> dict[str, Any]:
        begin, end = map(int, Range.removeprefix("bytes=").split("-"))
        body = io.BytesIO(bytes(min(end + 1, self.size) - begin))
        return {"Body": body, "ContentRange": f"bytes 0-{end}/{self.size}", "ETag": "x"}


def test_memory_does_not_grow_with_the_object() -> None:
    buffer, read = bytearray(RANGE_BYTES), 0
    with opened(Zeros()) as stream:
        tracemalloc.start()
        try:
            while length := stream.readinto(buffer):
                read += length
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert read == Zeros.size
    assert peak < 5 * RANGE_BYTES, peak


def test_all_ranges_are_of_one_version(stored: Any) -> None:
    with opened(stored) as stream:
        stored.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT[::-1])
        assert stream.read(RANGE_BYTES) == CONTENT[:RANGE_BYTES]
        with pytest.raises(UploadChangedError):
            stream.read(1)


def test_an_object_that_is_not_there_or_is_gone_is_unknown(stored: Any) -> None:
    with pytest.raises(UnknownUploadError):
        opened(stored, key="uploads/acme/other")
    with opened(stored) as stream:
        stored.delete_object(Bucket=BUCKET, Key=KEY)
        stream.seek(-1, os.SEEK_END)
        with pytest.raises(UnknownUploadError):
            stream.read(1)


def test_reading_ends_in_time_and_says_how_long_it_may_take(stored: Any) -> None:
    clock = Clock()
    with opened(stored, clock) as stream:
        clock.now_s = READING_S - 0.1
        stream.seek(RANGE_BYTES)
        assert stream.read(1) == CONTENT[RANGE_BYTES : RANGE_BYTES + 1]
        clock.now_s = READING_S + 0.1
        # What was read before can still be read.
        assert stream.read(1) == CONTENT[RANGE_BYTES + 1 : RANGE_BYTES + 2]
        stream.seek(-1, os.SEEK_END)
        with pytest.raises(VerificationTooLongError, match=f"has 22 s .* {len(CONTENT)} bytes"):
            stream.read(1)


def test_what_s3_does_not_give_is_no_fault_of_the_file(host: ServiceHost, stored: Any) -> None:
    with opened(stored) as stream:
        host._faults.replace([FaultRule(service="s3", operation="GetObject", status=500)])
        try:
            stream.seek(-1, os.SEEK_END)
            with pytest.raises(StoreUnavailableError):
                stream.read(1)
        finally:
            host._faults.replace([])
        assert stream.read(1) == CONTENT[-1:]
