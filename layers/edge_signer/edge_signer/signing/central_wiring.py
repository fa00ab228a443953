"""Which central signer a function asks, if any."""

from __future__ import annotations

from functools import partial
from typing import Any

from edge_signer.configuration.parameters import LastGood, SsmParameter
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

        key = api_key(ssm, settings.central_signer_api_key)
        return HttpCentralSigner(settings.central_signer_url, key)
    if settings.fallback_function:
        invoker = partial(client, "lambda", settings.aws_region)
        return LambdaCentralSigner(invoker, settings.fallback_function)
    return None


def api_key(ssm: Any, name: str, *, refresh_s: float = 60.0) -> LastGood[str]:
    """Give the key to a central signer elsewhere; the last one serves while SSM fails.

    Args:
        ssm: Client.
        name: Of the parameter that holds the key.
        refresh_s: Seconds for which a key serves before it is read again.
    """
    parameter = SsmParameter(ssm, name)

    def read() -> str:
        found = parameter.read()
        if found is None:
            key.forget()
            raise StoreUnavailableError(
                "The API key of the central signer is not available.", retry_after_s=5
            )
        return found

    key = LastGood(read, refresh_s=refresh_s, retry_s=0.0)
    return key
