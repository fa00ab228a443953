"""A central signer elsewhere, over HTTPS: the same contract, with an API key."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from edge_signer.configuration.parameters import SsmParameter
from edge_signer.platform.errors import KmsRateLimitError, StoreUnavailableError
from edge_signer.platform.last_good import LastGood
from edge_signer.platform.outgoing import OutgoingPost
from edge_signer.signing.central_signer import (
    MAX_ANSWER_BYTES,
    CentralAnswer,
    CentralRequest,
    read_answer,
    unavailable,
)

#: Limit of the whole exchange.
TIMEOUT_S = 5.0
# Manifests are public in the end, but the API key is a secret.
_PLAIN_HOSTS = ("127.0.0.1",)


class HttpCentralSigner:
    """A central signer at an address, called with a bearer token.

    The body of an answer is the result, whatever its status; redirects are not followed.
    `LambdaCentralSigner` invokes the function of the same deployment by name: a function URL would
    need requests signed with SigV4, which this class does not do.

    Args:
        url: Where requests are posted; https, or http to 127.0.0.1.
        api_key: Gives the token for each call.

    Raises:
        ValueError: The address is not allowed.
    """

    def __init__(self, url: str, api_key: Callable[[], str]) -> None:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and parts.hostname in _PLAIN_HOSTS
        if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username:
            raise ValueError("a central signer's address must begin with https:// and name no user")
        self._post = OutgoingPost(url, TIMEOUT_S)
        self._api_key = api_key

    def sign(self, request: CentralRequest) -> CentralAnswer:
        """Have a request signed.

        Raises:
            KmsRateLimitError: It throttles.
            KmsUnavailableError: It did not answer in time, or not according to the contract.
            EdgeSignerError: What else it refuses with.
        """
        headers = {
            "Authorization": f"Bearer {self._api_key()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        try:
            reply = self._post(request.to_json(), headers, MAX_ANSWER_BYTES)
        except Exception as failure:
            raise unavailable("did not answer") from failure
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise KmsRateLimitError("Too many signing requests", retry_after_s=1)
        if 300 <= reply.status < 400:
            raise unavailable("answers with a redirect; its own address must be configured")
        return read_answer(reply.content)


def ssm_api_key(ssm: Any, name: str, *, refresh_s: float = 60.0) -> LastGood[str]:
    """Return the key of a central signer elsewhere; while SSM fails, the last good one serves.

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
                "The central signer's API key cannot be read.", retry_after_s=5
            )
        return found

    key = LastGood(read, refresh_s=refresh_s, retry_s=0.0)
    return key
