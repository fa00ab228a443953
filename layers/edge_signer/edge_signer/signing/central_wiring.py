"""Which central signer a function asks, if any."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from edge_signer.configuration.parameters import SsmParameter
from edge_signer.configuration.settings import Settings
from edge_signer.platform.clients import client
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.central_signer import CentralSigner, LambdaCentralSigner


def central_signer(settings: Settings, ssm: Any) -> CentralSigner | None:
    """Give the central signer: the one elsewhere, else that of the deployment, else None.

    Args:
        settings: Of the function.
        ssm: Client, for the key to the one elsewhere; needs `ssm:GetParameter` on it.
    """
    if settings.central_signer_url:
        # Imported here: most deployments ask a function of their own.
        from edge_signer.signing.http_central_signer import HttpCentralSigner

        name = settings.central_signer_api_key
        return HttpCentralSigner(settings.central_signer_url, _ApiKey(ssm, name))
    if settings.fallback_function:
        invoker = partial(client, "lambda", settings.aws_region)
        return LambdaCentralSigner(invoker, settings.fallback_function)
    return None


class _ApiKey:
    """The key to a central signer elsewhere; an old one serves where SSM fails."""

    _REFRESH_S = 60.0

    def __init__(self, ssm: Any, name: str) -> None:
        self._parameter = SsmParameter(ssm, name)
        self._last_good: str | None = None
        self._fresh_until_s = 0.0

    def __call__(self) -> str:
        if time.monotonic() >= self._fresh_until_s:
            self._refresh()
        if self._last_good is None:
            raise StoreUnavailableError(
                "The key of the central signer cannot be had.", retry_after_s=5
            )
        return self._last_good

    def _refresh(self) -> None:
        try:
            self._last_good = self._parameter.read()
        except StoreUnavailableError:
            if self._last_good is None:
                raise
            return
        if self._last_good is not None:
            self._fresh_until_s = time.monotonic() + self._REFRESH_S
