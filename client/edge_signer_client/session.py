"""One HTTP session with a deployment, and the errors of every call."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3

from edge_signer_client.credentials import Credentials

# An HTTP API of AWS answers within 30 s or not at all.
_TIMEOUT = urllib3.Timeout(connect=5, read=35)


class EdgeSignerClientError(Exception):
    """Base class of the errors that calls raise; the text is one line."""


class CredentialsError(EdgeSignerClientError):
    """The token contains a character that an HTTP header cannot carry."""


class UnreachableError(EdgeSignerClientError):
    """No answer arrived. The server may still have processed the request."""


class RefusedError(EdgeSignerClientError):
    """The server answered with an error.

    Attributes:
        status: The HTTP status.
        code: The error code of the API, such as RATE_LIMITED; empty if there is none.
        retry_after_s: Seconds to wait before the next attempt; None if the server does not say.
    """

    def __init__(
        self, text: str, status: int, code: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


class UnexpectedAnswerError(RefusedError):
    """The answer is not in the form of the Edge Signer API: something else may run there."""


class Session:
    """A pool of connections to one deployment; threads may share it.

    Args:
        url: Address of the API, with or without a slash at its end.
        credentials: Of a tenant, or of an operator for `/admin`.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        self.url = url.rstrip("/")
        self.credentials = credentials
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Send a request with the session's credentials, once.

        Args:
            method: For instance POST.
            path: Such as /edge-sign.
            body: JSON; None sends none.
            headers: Further headers.

        Returns:
            The answer, whose status is 200.

        Raises:
            CredentialsError: The token cannot be sent.
            UnreachableError: There was no answer.
            RefusedError: The answer has another status.
        """
        url = self.url + path
        sent = {
            "Content-Type": "application/json",
            **self.credentials.headers(method, urlsplit(url).path, body or b""),
            **(headers or {}),
        }
        try:
            answer = self._send(method, url, body, sent)
        except ValueError:
            raise CredentialsError("the token holds a character that no header can") from None
        if answer.status != 200:
            raise self._refusal(answer)
        return answer

    def fetch(self, url: str) -> bytes:
        """Get a public object, such as a stored manifest; no credentials are sent.

        Args:
            url: Its full address.

        Raises:
            UnreachableError: There was no answer.
            RefusedError: The answer has another status than 200.
        """
        answer = self._send("GET", url, None, {"Cache-Control": "no-cache"})
        if answer.status != 200:
            raise RefusedError(f"{answer.status} for {url}", answer.status)
        return answer.data

    def unexpected(self, answer: urllib3.BaseHTTPResponse) -> UnexpectedAnswerError:
        """Make the error for an answer that is not in the form of the API."""
        text = f"{self.url} is not an Edge Signer API (status {answer.status})"
        return UnexpectedAnswerError(text, answer.status, retry_after_s=_retry_after_s(answer))

    def _refusal(self, answer: urllib3.BaseHTTPResponse) -> RefusedError:
        try:
            document = answer.json()
            code, message = str(document.get("code", "")), str(document["message"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.unexpected(answer)
        text = " ".join(f"{answer.status} {code}".split()) + f": {message}"
        return RefusedError(text, answer.status, code, _retry_after_s(answer))

    def _send(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(method, url, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as failure:
            raise UnreachableError(f"{url} cannot be reached: {failure}") from failure


def _retry_after_s(answer: urllib3.BaseHTTPResponse) -> float | None:
    wait = answer.headers.get("Retry-After", "")
    return float(wait) if wait.isdecimal() else None
