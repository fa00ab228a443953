"""Which central signer a function asks, if any."""

from __future__ import annotations

from typing import Any

from edge_signer.platform.clients import client
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.settings import Settings
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
        return HttpCentralSigner(settings.central_signer_url, lambda: _api_key(ssm, name))
    if settings.fallback_function:
        invoker = client("lambda", settings.aws_region)
        return LambdaCentralSigner(invoker, settings.fallback_function)
    return None


def _api_key(ssm: Any, name: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = ssm.get_parameter(Name=name, WithDecryption=True)
    except (BotoCoreError, ClientError) as failure:
        raise StoreUnavailableError(
            "The key of the central signer cannot be had.", retry_after_s=5
        ) from failure
    return str(answer["Parameter"]["Value"])
