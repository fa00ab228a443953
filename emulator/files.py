"""Writes a file so that readers see either all of it or none."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_atomically(
    path: Path,
    content: str | bytes,
    mode: int = 0o600,
    check: Callable[[Path], None] | None = None,
) -> None:
    """Replace a file in one step, creating its directory if necessary.

    Args:
        path: The file.
        content: All of it; text is stored in UTF-8.
        mode: Its permission bits.
        check: Called with the finished file, before it has its name; what it raises leaves the old
            file, or none.

    Raises:
        OSError: The directory cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            os.fchmod(stream.fileno(), mode)
        if check is not None:
            check(Path(name))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
