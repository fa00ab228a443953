"""Parameters of SSM, which operators change while the system runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.last_good import LastGood

#: How long SSM, which the whole account shares, is left alone after it gave no value, in seconds.
RETRY_S = 1.0
_READING = StoreCall("The signer's configuration cannot be read.")


class SsmParameterFolder:
    """A folder of SSM; needs `ssm:GetParametersByPath` on it.

    Args:
        ssm: Client.
        path: Of the folder, such as `/edge-signer/prod/policies`.
        refresh_s: Seconds for which values serve before they are read again.
        latest_s: Seconds after which they no longer serve while they are read again.
        retry_s: As in `LastGood`.
    """

    def __init__(
        self,
        ssm: Any,
        path: str,
        *,
        refresh_s: float,
        latest_s: float | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        self._ssm = ssm
        self._path = path
        self._values = LastGood(
            self._read_or_fail, refresh_s=refresh_s, latest_s=latest_s, retry_s=retry_s
        )

    def values(self) -> Mapping[str, str]:
        """Return the values by the last part of their names.

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
