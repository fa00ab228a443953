"""The roots of the time-stamp authority, from SSM."""

from __future__ import annotations

import time
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates

from edge_signer.configuration.parameters import SsmParameter
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.errors import TsaUnavailableError


class SsmTimeStampRoots:
    """Roots in an SSM parameter; needs `ssm:GetParameter` on it.

    They are fetched once and again after `REFRESH_S` seconds. If that fails, the last good ones
    serve; only roots that were taken away serve no longer.

    Args:
        ssm: Client in the function's region.
        parameter: Name of the parameter: one or more certificates in PEM.
    """

    REFRESH_S = 300.0
    RETRY_S = 10.0

    def __init__(self, ssm: Any, parameter: str) -> None:
        self._parameter = SsmParameter(ssm, parameter)
        self._last_good: tuple[Certificate, ...] = ()
        self._fresh_until_s = 0.0

    def __call__(self) -> tuple[Certificate, ...]:
        """Give the roots.

        Raises:
            TsaUnavailableError: There are none, or none that can be read.
        """
        if time.monotonic() >= self._fresh_until_s:
            self._refresh()
        return self._last_good

    def _refresh(self) -> None:
        try:
            self._last_good = self._fetch()
        except TsaUnavailableError:
            if not self._last_good:
                raise
            self._fresh_until_s = time.monotonic() + self.RETRY_S
        else:
            self._fresh_until_s = time.monotonic() + self.REFRESH_S

    def _fetch(self) -> tuple[Certificate, ...]:
        try:
            pem = self._parameter.read()
        except StoreUnavailableError as failure:
            raise TsaUnavailableError(
                "The time-stamp authority's roots cannot be fetched.", retry_after_s=10
            ) from failure
        if pem is None:
            self._last_good = ()
            raise _needs_roots("are not installed")
        try:
            return tuple(load_pem_x509_certificates(pem.encode()))
        except UNREADABLE as broken:
            raise _needs_roots("cannot be read") from broken


def _needs_roots(what_is_wrong: str) -> TsaUnavailableError:
    return TsaUnavailableError(
        f"The time-stamp authority's roots {what_is_wrong}: an operator must put them, in PEM, "
        "into the SSM parameter certificates/tsa."
    )
