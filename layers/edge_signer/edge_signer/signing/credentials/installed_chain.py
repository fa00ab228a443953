"""The certificate chain of a key as operators installed it, and the one that was there before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from edge_signer.configuration.parameters import SsmParameter
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError


class InstalledChain:
    """A chain in an SSM parameter; needs `ssm:GetParameter` on it.

    Args:
        ssm: Client in the function's region.
        parameter: Name of the parameter: certificates in PEM, leaf first.
        tell_days_left: Told of each chain that is fetched how many days it is still valid; less
            than none where it expired.
    """

    LOOK_AGAIN_S = 2.0

    def __init__(
        self, ssm: Any, parameter: str, tell_days_left: Callable[[float], None] = lambda _: None
    ) -> None:
        self._parameter = SsmParameter(ssm, parameter)
        self._tell_days_left = tell_days_left
        self._latest: CertificateChain | None = None
        self._before: CertificateChain | None = None
        self._look_again_at_s = 0.0
        self.was_taken_away = False

    def fetch(self) -> CertificateChain:
        """Give the chain that SSM has, whether it is valid now or not.

        Raises:
            CredentialUnavailableError: There is none, or none that can be read, or SSM fails.
        """
        self._look_again_at_s = time.monotonic() + self.LOOK_AGAIN_S
        try:
            pem = self._parameter.read()
        except StoreUnavailableError as failure:
            raise CredentialUnavailableError(
                "The certificate chain cannot be fetched.", retry_after_s=10
            ) from failure
        self.was_taken_away = pem is None
        if pem is None:
            self._latest = self._before = None
            raise CredentialUnavailableError(
                "The signing key has no certificate chain yet.", retry_after_s=10
            )
        chain = CertificateChain.from_pem(pem)
        self._tell_days_left((chain.expires_at - datetime.now(UTC)) / timedelta(days=1))
        if chain != self._latest:
            self._latest, self._before = chain, self._latest
        return chain

    def latest(self) -> CertificateChain:
        """Give the chain that was fetched last; SSM is asked where it is not valid any more.

        Raises:
            CredentialUnavailableError: The chain is missing, or not valid now.
        """
        chain = self._latest
        if chain is None or chain.expires_at <= datetime.now(UTC):
            chain = self.fetch()
        chain.require_valid()
        return chain

    def others(self) -> Iterator[CertificateChain]:
        """Give the chains besides `latest` under which another worker may sign just now.

        Workers take up a renewed chain minutes apart. So there is the one before, and the one that
        SSM has meanwhile; it is asked at most once in `LOOK_AGAIN_S` seconds.

        Raises:
            CredentialUnavailableError: As `fetch`.
        """
        if self._before is not None:
            yield self._before
        if time.monotonic() >= self._look_again_at_s:
            yield self.fetch()
