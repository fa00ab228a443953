"""The roots of the time-stamp authority, from SSM."""

from __future__ import annotations

from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates

from edge_signer.configuration.parameters import LastGood, SsmParameter
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.errors import TsaUnavailableError


class SsmTimeStampRoots:
    """Roots in an SSM parameter; needs `ssm:GetParameter` on it.

    If a refresh fails, the last good roots serve. Roots that were removed do not.

    Args:
        ssm: Client in the function's region.
        parameter: Name of the parameter: one or more certificates in PEM.
        refresh_s: Seconds for which roots serve before they are read again.
    """

    def __init__(self, ssm: Any, parameter: str, *, refresh_s: float = 300.0) -> None:
        self._parameter = SsmParameter(ssm, parameter)
        self._roots = LastGood(self._fetch, refresh_s=refresh_s, retry_s=0.0)

    def __call__(self) -> tuple[Certificate, ...]:
        """Give the roots.

        Raises:
            TsaUnavailableError: There are none, or they cannot be read.
        """
        return self._roots()

    def _fetch(self) -> tuple[Certificate, ...]:
        try:
            pem = self._parameter.read()
        except StoreUnavailableError as failure:
            raise TsaUnavailableError(
                "The time-stamp authority's roots cannot be fetched.", retry_after_s=10
            ) from failure
        if pem is None:
            self._roots.forget()
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
