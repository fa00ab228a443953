"""A stream that remembers its failure: c2pa-rs would report it as a fault of the file."""

from __future__ import annotations

import io
from typing import Any, BinaryIO


class WatchedStream:
    """A stream for c2pa-python, which does not pass on what a stream raises.

    Args:
        stream: Seekable.

    Attributes:
        failure: What it raised; None if nothing.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failure: Exception | None = None

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, and keep what is raised."""
        try:
            return self._stream.readinto(buffer)  # type: ignore[attr-defined, no-any-return]
        except Exception as failure:
            self.failure = failure
            raise

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move as the stream does."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._stream.tell()

    def read(self, length: int = -1) -> bytes:
        """Read; c2pa-python wants this method and does not call it."""
        return self._stream.read(length)

    def write(self, _content: bytes) -> int:
        """Refuse."""
        raise io.UnsupportedOperation("write")

    def flush(self) -> None:
        """Do nothing."""
