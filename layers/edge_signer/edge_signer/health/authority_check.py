"""The time-stamp authority: whether anybody answers there. No stamp is asked for: stamps cost."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from edge_signer.health.finding import Finding


class AuthorityCheck:
    """Sends the authority a HEAD; whatever it makes of that, it is there.

    Args:
        url: Where queries are posted to.
        timeout_s: To connect, and again for the answer, in seconds.
    """

    def __init__(self, url: str, *, timeout_s: float) -> None:
        self._url = url
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=timeout_s, read=timeout_s), retries=False
        )

    def __call__(self) -> Finding:
        """Tell whether it answers.

        Raises:
            urllib3.exceptions.HTTPError: Nobody does.
        """
        response = self._http.request(
            "HEAD", self._url, headers={"Connection": "close"}, redirect=False
        )
        details = {"host": urlsplit(self._url).hostname, "http_status": response.status}
        failed = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return Finding("unavailable" if failed else "ok", details)
