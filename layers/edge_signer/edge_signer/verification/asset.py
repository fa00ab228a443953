"""What is verified: an asset, or its digest, and where its manifest store comes from."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import BinaryIO, Literal


@dataclass(frozen=True)
class AssetToVerify:
    """An asset and its credentials.

    Attributes:
        name: Its name, for the report; empty for bytes.
        media_type: Its media type; empty to go by the name and the content.
        stream: Its bytes, seekable; None if only its digest is known.
        sha256: 32 bytes, its digest; needed only without a stream.
        manifest_store: Its manifest store; None for the one inside the asset.
        credentials: Where the manifest store comes from.
        source: Name of the sidecar, or the URL of a remote manifest.
        also: Other credentials, which are not judged, for the report.
        store_range: Offset and length of the place that holds the manifest store in the asset, if
            `sha256` leaves these bytes out; None if it covers the whole asset.
    """

    name: str = ""
    media_type: str = ""
    stream: BinaryIO | None = None
    sha256: bytes | None = None
    manifest_store: bytes | None = None
    credentials: Literal["embedded", "sidecar", "remote", "given"] = "embedded"
    source: str = ""
    also: str = ""
    store_range: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.stream is None and (self.sha256 is None or self.manifest_store is None):
            raise ValueError("without the asset, its digest and its manifest store are needed")
        if self.sha256 is not None and len(self.sha256) != 32:
            raise ValueError("a SHA-256 digest has 32 bytes")
        if (self.credentials == "embedded") != (self.manifest_store is None):
            raise ValueError("embedded credentials are those without a manifest store beside them")

    def size_bytes(self) -> int | None:
        """Return the asset's size; None if only its digest is known.

        Raises:
            OSError: The stream cannot be read.
        """
        return None if self.stream is None else self.stream.seek(0, os.SEEK_END)

    def second_stream(self) -> BinaryIO | None:
        """Return another stream of the same bytes, for another thread; None if there is none."""
        # A class of its own may read differently.
        if type(self.stream) is io.BytesIO:
            return io.BytesIO(self.stream.getvalue())
        try:
            descriptor = self.stream.fileno() if self.stream is not None else -1
        except OSError:
            return None
        return io.BufferedReader(_Positioned(descriptor)) if descriptor >= 0 else None


class _Positioned(io.RawIOBase):
    """A file that another stream has open, with a position of its own."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        read = os.preadv(self._descriptor, [buffer], self._position)
        self._position += read
        return read

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence == os.SEEK_END:
            offset += os.fstat(self._descriptor).st_size
        if offset < 0:
            raise ValueError("a position before the file's begin")
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position
