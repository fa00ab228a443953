"""Parameters that operators change while the system runs, as SSM has them."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any, Protocol

from edge_signer.platform.errors import StoreUnavailableError


class ParameterFolder(Protocol):
    """Gives the values of a folder by name."""

    def values(self) -> Mapping[str, str]:
        """Give the values; the same object for as long as nothing was read anew."""


class SsmParameterFolder:
    """A folder of SSM; needs `ssm:GetParametersByPath` on it.

    It is read at most once in `refresh_s` seconds, give or take a tenth so that workers which
    started together part. If SSM fails, the last good values serve; where there are none, SSM is
    asked again after `RETRY_S`, and not by every request.

    Args:
        ssm: Client.
        path: Of the folder, such as `/edge-signer/prod/policies`.
        refresh_s: Age in seconds up to which values serve without a look.
    """

    RETRY_S = 1.0
    _JITTER = 0.1

    def __init__(self, ssm: Any, path: str, *, refresh_s: float) -> None:
        self._ssm = ssm
        self._path = path
        self._refresh_s = refresh_s
        self._last_good: Mapping[str, str] | None = None
        self._failure: Exception | None = None
        self._fresh_until_s = 0.0

    def values(self) -> Mapping[str, str]:
        """Give the values by the last part of their names.

        Raises:
            StoreUnavailableError: SSM failed, and there was never an answer of it.
        """
        if time.monotonic() >= self._fresh_until_s:
            self._refresh()
        if self._last_good is None:
            raise StoreUnavailableError(
                "The signer's configuration cannot be read.", retry_after_s=5
            ) from self._failure
        return self._last_good

    def read(self) -> dict[str, str]:
        """Ask SSM, whatever was read before.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: SSM failed.
        """
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self._path)
        return {
            parameter["Name"].rpartition("/")[2]: parameter["Value"]
            for page in pages
            for parameter in page["Parameters"]
        }

    def _refresh(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self.read()
            if found != self._last_good:
                self._last_good = found
        except (BotoCoreError, ClientError) as failure:
            self._failure = failure
        wait_s = self.RETRY_S if self._last_good is None else self._refresh_s
        jitter = random.uniform(1 - self._JITTER, 1 + self._JITTER)  # noqa: S311 - no secret
        self._fresh_until_s = time.monotonic() + wait_s * jitter


class SsmParameter:
    """One parameter of SSM; needs `ssm:GetParameter` on it.

    Who reads it keeps the value. What is remembered here is that there was none: for `RETRY_S`
    seconds every reader is told so, and SSM, which the whole account shares, is not pressed.

    Args:
        ssm: Client.
        name: Of the parameter; a SecureString is decrypted, which needs `kms:Decrypt` on its key.
    """

    RETRY_S = 1.0

    def __init__(self, ssm: Any, name: str) -> None:
        self._ssm = ssm
        self._name = name
        self._failure: Exception | None = None
        self._retry_at_s = 0.0

    def read(self) -> str | None:
        """Give the value; None where there is no such parameter.

        Raises:
            StoreUnavailableError: SSM failed, now or a moment ago.
        """
        if time.monotonic() >= self._retry_at_s:
            value = self._asked()
            if value is not None:
                return value
            self._retry_at_s = time.monotonic() + self.RETRY_S
        if self._failure is not None:
            raise StoreUnavailableError(
                "The signer's configuration cannot be read.", retry_after_s=5
            ) from self._failure
        return None

    def _asked(self) -> str | None:
        from botocore.exceptions import BotoCoreError, ClientError

        self._failure = None
        try:
            answer = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound:
            return None
        except (BotoCoreError, ClientError) as failure:
            self._failure = failure
            return None
        return str(answer["Parameter"]["Value"])
