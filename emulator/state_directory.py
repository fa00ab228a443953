"""The directory that one system owns while it runs."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.errors import StartError
from emulator.files import write_atomically
from emulator.local_state import FILE_NAME, LocalState, NotRunningError

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)
# Each run makes new roots and forgets their keys; the last ones keep older sidecars verifiable.
_KEPT_ROOTS = 20


@contextmanager
def owned(directory: Path) -> Iterator[Path]:
    """Own a state directory, and take local.json away in the end.

    The lock is the kernel's, so a killed owner leaves nothing behind that would have to be
    cleaned up.

    Args:
        directory: Made if it is not there.

    Raises:
        StartError: Another system owns it, or it cannot be written.
    """
    directory = directory.resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StartError(f"the state directory {directory} cannot be used: {error}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartError(f"{directory} is in use{_owner(directory)}") from error
        (directory / FILE_NAME).unlink(missing_ok=True)
        try:
            yield directory
        finally:
            (directory / FILE_NAME).unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def keep_anchors(file: Path, pem: str) -> None:
    """Put a new root in front of those of earlier runs.

    Args:
        file: The PEM file.
        pem: The new root.
    """
    earlier = _CERTIFICATE.findall(file.read_text(encoding="ascii")) if file.exists() else []
    write_atomically(file, "".join([pem, *earlier][:_KEPT_ROOTS]), mode=0o644)


def _owner(directory: Path) -> str:
    try:
        state = LocalState.load(directory)
    except NotRunningError:
        return " by a system that is starting or stopping"
    return f" by process {state.pid}, which serves {state.url}"
