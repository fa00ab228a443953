"""Outgoing HTTP requests whose total time is limited."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import NamedTuple

import urllib3


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
        reply: Future[Reply] = Future()

        def exchange() -> None:
            try:
                reply.set_result(self._exchange(body, headers, max_bytes))
            except BaseException as failure:
                reply.set_exception(failure)

        # In a thread: socket timeouts limit each wait, not their sum, nor the DNS lookup.
        threading.Thread(target=exchange, name="outgoing-post", daemon=True).start()
        return reply.result(self._timeout_s)

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
