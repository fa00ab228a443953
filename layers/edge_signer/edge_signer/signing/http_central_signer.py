"""A central signer elsewhere, over HTTPS: the same contract, with a key to call it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError
from edge_signer.signing.central_signer import (
    MAX_ANSWER_BYTES,
    CentralManifest,
    CentralRequest,
    read_answer,
    unavailable,
)

TIMEOUT_S = 5.0
# What goes over it is signed in the end, but the key to call it is a secret.
_PLAIN_HOSTS = ("127.0.0.1",)


class HttpCentralSigner:
    """A central signer at an address, told who calls by a bearer token.

    An answer's body says what came of it, whatever its status; redirects are not followed.
    The function of the same deployment is asked by its name (`LambdaCentralSigner`): a function
    URL would want the request signed by SigV4, which this does not do.

    Args:
        url: Where requests are posted to; https, or http to 127.0.0.1.
        api_key: Gives the token, asked for at each call.
        timeout_s: The longest that an answer is waited for, in seconds, all told.

    Raises:
        ValueError: The address is neither.
    """

    def __init__(
        self, url: str, api_key: Callable[[], str], *, timeout_s: float = TIMEOUT_S
    ) -> None:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and parts.hostname in _PLAIN_HOSTS
        if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username:
            raise ValueError("a central signer's address begins with https:// and holds no user")
        self._url = url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=min(2.0, timeout_s), read=timeout_s), retries=False
        )

    def sign(self, request: CentralRequest) -> CentralManifest:
        """Have a request signed.

        Raises:
            KmsRateLimitError: It throttles.
            KmsUnavailableError: It did not answer in time, or not as the contract says.
            EdgeSignerError: What else it refuses with.
        """
        body, api_key = request.to_json(), self._api_key()
        answer: Future[CentralManifest] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._post(body, api_key))
            except BaseException as failure:
                answer.set_exception(failure)

        # In a thread: sockets bound each wait, not their sum, nor the look-up of a name.
        threading.Thread(target=ask, name="central-signer", daemon=True).start()
        try:
            return answer.result(self._timeout_s)
        except EdgeSignerError:
            raise
        except Exception as failure:
            raise unavailable("did not answer") from failure

    def _post(self, body: bytes, api_key: str) -> CentralManifest:
        response = self._http.request(
            "POST",
            self._url,
            body=body,
            headers={
                "Authorization": f"Bearer {api_key}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
            preload_content=False,
            decode_content=False,
            redirect=False,
        )
        try:
            content = response.read(MAX_ANSWER_BYTES + 1)
        finally:
            response.close()
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise KmsRateLimitError("Too many signing requests", retry_after_s=1)
        if 300 <= response.status < 400:
            raise unavailable("is elsewhere, which only its address may say")
        return read_answer(content)
