"""The client's side of POST /jobs: one job, asked for until it is answered."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import urllib3

from cli.tenant_credentials import TenantCredentials

_LONGEST_DELAY_S = 5.0
# An HTTP API answers within 30 s, or never.
_TIMEOUT = urllib3.Timeout(connect=5, read=35)
#: In flight; too many; failed; not reached; switched off is among them, and is told apart below.
_MAY_PASS = {409, 425, 429, 500, 502, 503, 504}
_WANTED = {"SIGNER_DISABLED", "EXECUTION_DISABLED"}


class JobClientError(Exception):
    """There is no result; the text says why in one line."""


@dataclass(frozen=True)
class _Refusal:
    reason: str
    may_pass: bool
    retry_after_s: float | None


class JobClient:
    """Speaks for one tenant to one service.

    Args:
        url: Of the service, with or without a slash at its end.
        token: The tenant's bearer token.
        tenant_id: The tenant; None leaves it to the token.
        hmac_key: What requests are signed with, which needs the tenant's name; None for unsigned.
    """

    def __init__(
        self, url: str, token: str, tenant_id: str | None = None, hmac_key: str | None = None
    ) -> None:
        self._url = f"{url.rstrip('/')}/jobs"
        self._credentials = TenantCredentials(token, tenant_id, hmac_key)
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def run(self, request_json: bytes, wait_s: float) -> bytes:
        """Have a job run, and give its result as it came; nothing of it is verified.

        The same bytes are sent again while an answer may come of it, so the job runs once.

        Args:
            request_json: The JobRequest.
            wait_s: For how long to go on asking, in seconds.

        Raises:
            JobClientError: Refused, or not answered in time.
        """
        give_up_s = time.monotonic() + wait_s
        longest_s = 0.2
        while True:
            answer = self._ask(request_json)
            if isinstance(answer, bytes):
                return answer
            delay_s = answer.retry_after_s
            if delay_s is None:
                delay_s = random.uniform(0, longest_s)  # noqa: S311 - no secret
                longest_s = min(_LONGEST_DELAY_S, longest_s * 2)
            if not answer.may_pass or time.monotonic() + delay_s > give_up_s:
                raise JobClientError(answer.reason)
            time.sleep(delay_s)

    def _ask(self, content: bytes) -> bytes | _Refusal:
        headers = self._credentials.headers_of_post(self._url, content)
        try:
            answer = self._http.request("POST", self._url, body=content, headers=headers)
        except urllib3.exceptions.HTTPError as failure:
            return _Refusal(f"{self._url} cannot be reached: {failure}", True, None)
        except ValueError:
            raise JobClientError("the token holds a character that no header can") from None
        return answer.data if answer.status == 200 else _refusal(answer)


def _refusal(answer: urllib3.BaseHTTPResponse) -> _Refusal:
    try:
        said = answer.json()
        code, message = str(said.get("code", "")), str(said["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        code, message = "", "this is no answer of a job service"
    wait = answer.headers.get("Retry-After", "")
    return _Refusal(
        " ".join(f"{answer.status} {code}".split()) + f": {message}",
        answer.status in _MAY_PASS and code not in _WANTED,
        float(wait) if wait.isdecimal() else None,
    )
