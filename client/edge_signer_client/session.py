"""One HTTP session with a deployment."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import NewConnectionError

from edge_signer_client.credentials import Credentials
from edge_signer_client.errors import (
    CredentialsError,
    RefusedError,
    UnexpectedAnswerError,
    UnreachableError,
)

# An HTTP API of AWS answers within 30 s or not at all.
_TIMEOUT = urllib3.Timeout(connect=5, read=35)
_CONNECTIONS = 32
# More than a job's result, and than an answer through an HTTP API of AWS, may have.
_ANSWER_BYTES = 32 * 1024 * 1024
_ANSWER_S = 60
_PART_BYTES = 64 * 1024
_FIRST_DELAY_S = 0.2
_LONGEST_DELAY_S = 5.0
_CONNECTING_PATIENCE_S = 5


class Session:
    """A pool of connections to one deployment; threads may share it.

    Args:
        url: Address of the API, with or without a slash at its end.
        credentials: Of a tenant, or of an operator for `/admin`.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        self.url = url.rstrip("/")
        self.credentials = credentials
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=_CONNECTIONS)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        patience_s: float = 0,
    ) -> urllib3.BaseHTTPResponse:
        """Send a request with the session's credentials until it succeeds or patience ends.

        It is sent again after failures that may pass, and after no answer, so it must be one
        that the server carries out once: with an Idempotency-Key, or a job. The server's
        Retry-After is respected; without one, delays grow and are random.

        Args:
            method: For instance POST.
            path: Such as /edge-sign.
            body: JSON; None sends none.
            headers: Further headers.
            patience_s: Give up instead of waiting beyond this many seconds; 0 sends once. If
                nobody listens at the address, it is 5 at most.

        Returns:
            The answer, whose status is 200.

        Raises:
            CredentialsError: The token cannot be sent.
            UnreachableError: There was no answer.
            RefusedError: The answer has another status.
        """
        began_s = time.monotonic()
        longest_s = _FIRST_DELAY_S
        while True:
            try:
                return self._request_once(method, path, body, headers)
            except (RefusedError, UnreachableError) as failure:
                delay_s, limit_s = None, patience_s
                if isinstance(failure, RefusedError):
                    if not failure.may_pass:
                        raise
                    delay_s = failure.retry_after_s
                elif isinstance(failure.__cause__, NewConnectionError):
                    # Nobody listens there: a wrong address rather than a busy server.
                    limit_s = min(patience_s, _CONNECTING_PATIENCE_S)
                # A server that says "at once" is not asked without a pause either.
                own_delay_s = random.uniform(0, longest_s)  # noqa: S311 - no secret
                longest_s = min(_LONGEST_DELAY_S, longest_s * 2)
                delay_s = max(delay_s or 0, own_delay_s)
                if time.monotonic() + delay_s > began_s + limit_s:
                    raise
            time.sleep(delay_s)

    def _request_once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> urllib3.BaseHTTPResponse:
        url = self.url + path
        sent = {
            "Content-Type": "application/json",
            **self.credentials.headers(method, _target_of(url), body or b""),
            **(headers or {}),
        }
        try:
            answer = self.send(method, url, body, sent)
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
        answer = self.send("GET", url, None, {"Cache-Control": "no-cache"})
        if answer.status != 200:
            raise RefusedError(f"{answer.status} for {url}", answer.status)
        return answer.data

    def send_form(self, url: str, fields: Mapping[str, str], content: bytes) -> None:
        """Upload a file with a form that was signed for it; no credentials are sent.

        Args:
            url: Where the form goes.
            fields: Its fields, which precede the file.
            content: The file.

        Raises:
            UnreachableError: There was no answer.
            RefusedError: The file was not accepted.
        """
        file = ("file", ("file", content, "application/octet-stream"))
        body, media_type = urllib3.encode_multipart_formdata([*fields.items(), file])
        answer = self.send("POST", url, body, {"Content-Type": media_type})
        if answer.status not in {200, 201, 204}:
            raise RefusedError(f"{answer.status} for an upload to {url}", answer.status)

    def unexpected(self, answer: urllib3.BaseHTTPResponse) -> UnexpectedAnswerError:
        """Make the error for an answer that is not in the form of the API."""
        text = f"{self.url} is not an Edge Signer API (status {answer.status})"
        return UnexpectedAnswerError(text, answer.status, retry_after_s=_retry_after_s(answer))

    def _refusal(self, answer: urllib3.BaseHTTPResponse) -> RefusedError:
        try:
            document = answer.json()
            code, message = str(document.get("code", "")), str(document["message"])
            store_bytes = document.get("store_bytes")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self.unexpected(answer)
        text = " ".join(f"{answer.status} {code}".split()) + f": {message}"
        if not isinstance(store_bytes, int):
            store_bytes = None
        return RefusedError(text, answer.status, code, _retry_after_s(answer), store_bytes)

    def send(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        """Send a request once; a subclass may reach the API in another way.

        Args:
            method: For instance POST.
            url: The full address.
            body: None for none.
            headers: All of them.

        Returns:
            The answer, whatever its status is.

        Raises:
            UnreachableError: There was no answer.
        """
        try:
            answer = self._http.request(
                method, url, body=body, headers=headers, preload_content=False
            )
            content = _content(answer)
        except urllib3.exceptions.HTTPError as failure:
            raise UnreachableError(f"{url} cannot be reached: {failure}") from failure
        if content is None:
            answer.close()
            raise UnreachableError(f"{url} sends an answer without an end")
        return urllib3.HTTPResponse(content, headers=answer.headers, status=answer.status)


def _target_of(url: str) -> str:
    """Return what a signature covers of an address: its path, with the query if there is one."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _content(answer: urllib3.BaseHTTPResponse) -> bytes | None:
    """Read an answer as a whole; None if it is longer, or takes longer, than any of the API."""
    give_up_s = time.monotonic() + _ANSWER_S
    content = bytearray()
    while part := answer.read1(_PART_BYTES):
        content += part
        if len(content) > _ANSWER_BYTES or time.monotonic() > give_up_s:
            return None
    return bytes(content)


def _retry_after_s(answer: urllib3.BaseHTTPResponse) -> float | None:
    wait = answer.headers.get("Retry-After", "")
    return float(wait) if wait.isdecimal() else None
