"""Outgoing HTTP requests whose total time is limited."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

import urllib3

T = TypeVar("T")


class Reply(NamedTuple):
    """The answer to a request.

    Attributes:
        status: HTTP status.
        media_type: In lower case, without parameters.
        content: The body, cut after one byte more than was asked for.
    """

    status: int
    media_type: str
    content: bytes


def within(timeout_s: float, exchange: Callable[[], T]) -> T:
    """Make an exchange, but do not wait for it any longer than this.

    It runs in a thread, because socket timeouts limit each wait, not their sum, nor the DNS lookup.

    Args:
        timeout_s: Limit of the whole exchange, in seconds.
        exchange: Makes it; what it raises is raised here.

    Raises:
        TimeoutError: There was no result in time.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(exchange())
        except BaseException as failure:
            result.set_exception(failure)

    threading.Thread(target=run, name="outgoing", daemon=True).start()
    return result.result(timeout_s)


class OutgoingPost:
    """Posts to one address, without retries or redirects.

    Each request has its own connection: in an execution environment that was frozen, a kept one
    would be dead.

    Args:
        url: Where to post.
        timeout_s: Limit of the whole exchange, in seconds.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=min(2.0, timeout_s), read=timeout_s), retries=False
        )

    def __call__(self, body: bytes, headers: Mapping[str, str], max_bytes: int) -> Reply:
        """Post a body with its headers, and give `max_bytes` of the answer, or one more.

        Raises:
            TimeoutError: There was no answer in time.
            urllib3.exceptions.HTTPError, OSError: The exchange failed.
        """
        return within(self._timeout_s, lambda: self._exchange(body, headers, max_bytes))

    def _exchange(self, body: bytes, headers: Mapping[str, str], max_bytes: int) -> Reply:
        response = self._http.request(
            "POST",
            self._url,
            body=body,
            headers={**headers, "Accept-Encoding": "identity", "Connection": "close"},
            preload_content=False,
            decode_content=False,
            redirect=False,
        )
        try:
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Reply(response.status, media_type, response.read(max_bytes + 1))
        finally:
            response.close()
