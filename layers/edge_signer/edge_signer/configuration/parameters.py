"""Parameters of SSM, which operators change while the system runs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import EdgeSignerError, StoreUnavailableError

#: How long SSM, which the whole account shares, is left alone after it gave no value, in seconds.
RETRY_S = 1.0
# With a last good value at hand, a failure is retried after this time at the latest.
_LATEST_RETRY_S = 10.0
_JITTER = 0.1
_READING = StoreCall("The signer's configuration cannot be read.")

Value = TypeVar("Value")


class LastGood(Generic[Value]):
    """Serves a value that is read now and then; while reads fail, the last good value serves.

    Args:
        read: Reads the value; raises an EdgeSignerError if it fails.
        refresh_s: Seconds for which a value serves before the next read, varied by a tenth so that
            workers that started together do not keep reading together.
        retry_s: Seconds for which a failure is repeated without a read if there is no good value.
    """

    def __init__(
        self, read: Callable[[], Value], *, refresh_s: float, retry_s: float = RETRY_S
    ) -> None:
        self._read = read
        self._refresh_s = refresh_s
        self._retry_s = retry_s
        self._good: tuple[Value, ...] = ()
        self._failure: EdgeSignerError | None = None
        self._due_s = 0.0

    def __call__(self) -> Value:
        """Give the value; the same object for as long as it stays equal.

        Raises:
            EdgeSignerError: The read failed and there is no good value.
        """
        if time.monotonic() >= self._due_s:
            self._refresh()
        if self._failure is not None and not self._good:
            raise self._failure.with_traceback(None)
        return self._good[0]

    def forget(self) -> None:
        """Discard the good value; for a `read` that finds that it was taken away."""
        self._good = ()

    def _refresh(self) -> None:
        try:
            found = self._read()
        except EdgeSignerError as failure:
            self._failure = failure
            wait_s = min(self._refresh_s, _LATEST_RETRY_S) if self._good else self._retry_s
        else:
            wait_s = self._refresh_s
            if (found,) != self._good:
                self._good = (found,)
        jitter = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
        self._due_s = time.monotonic() + wait_s * jitter


class SsmParameterFolder:
    """A folder of SSM; needs `ssm:GetParametersByPath` on it.

    Args:
        ssm: Client.
        path: Of the folder, such as `/edge-signer/prod/policies`.
        refresh_s: Seconds for which values serve before they are read again.
        retry_s: As in `LastGood`.
    """

    def __init__(self, ssm: Any, path: str, *, refresh_s: float, retry_s: float = RETRY_S) -> None:
        self._ssm = ssm
        self._path = path
        self._values = LastGood(self._read_or_fail, refresh_s=refresh_s, retry_s=retry_s)

    def values(self) -> Mapping[str, str]:
        """Give the values by the last part of their names.

        Returns:
            The same object for as long as the values stay the same.

        Raises:
            StoreUnavailableError: SSM failed, and never answered before.
        """
        return self._values()

    def read(self) -> dict[str, str]:
        """Read the values from SSM now.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: SSM failed.
        """
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self._path)
        return {
            parameter["Name"].rpartition("/")[2]: parameter["Value"]
            for page in pages
            for parameter in page["Parameters"]
        }

    def _read_or_fail(self) -> dict[str, str]:
        with _READING:
            return self.read()


class SsmParameter:
    """One parameter of SSM; needs `ssm:GetParameter` on it.

    The caller keeps the value. This class only remembers a failure or a missing parameter, so that
    not every request asks SSM again.

    Args:
        ssm: Client.
        name: Of the parameter; a SecureString is decrypted, which needs `kms:Decrypt` on its key.
        retry_s: Seconds for which a failure or a missing parameter is remembered.
    """

    def __init__(self, ssm: Any, name: str, *, retry_s: float = RETRY_S) -> None:
        self._ssm = ssm
        self._name = name
        self._retry_s = retry_s
        self._retry_at_s = 0.0
        self._failure: StoreUnavailableError | None = None

    def read(self) -> str | None:
        """Read the value; None if there is no such parameter.

        Raises:
            StoreUnavailableError: SSM failed, now or a moment ago.
        """
        if time.monotonic() >= self._retry_at_s:
            self._failure = None
            try:
                value = self._asked()
            except StoreUnavailableError as failure:
                self._failure = failure
            else:
                if value is not None:
                    return value
            self._retry_at_s = time.monotonic() + self._retry_s
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        return None

    def _asked(self) -> str | None:
        with _READING:
            try:
                answer = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
            except self._ssm.exceptions.ParameterNotFound:
                return None
            return str(answer["Parameter"]["Value"])
