"""Time-stamps (RFC 3161): what vouches for when a signature was made, and who gives it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import urllib3
from cryptography.x509 import Certificate

from edge_signer.signing.errors import TsaUnavailableError

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
#: Real answers, two certificates included, have 2 to 7 KB; the builder takes a token of 15 KB.
MAX_REPLY_BYTES = 15 * 1024
RETRY_AFTER_S = 5
#: Statuses that say that the same query may be answered later, besides 5xx (RFC 9110 §15.5).
_PASSING_STATUSES = {408, 425, 429}

#: Gives the roots to which the certificates of a time-stamp authority must lead.
TimeStampRoots = Callable[[], Sequence[Certificate]]


@dataclass(frozen=True)
class TimeStamp:
    """A time-stamp that was checked.

    Attributes:
        response: The whole TimeStampResp in DER (RFC 3161 §2.4.2).
        token: The TimeStampToken in it, which goes into the manifest.
        serial_number: The authority's; not negative, 160 bits at most.
        made_at: When, by the authority's clock. A fraction of a second is dropped.
    """

    response: bytes
    token: bytes
    serial_number: int
    made_at: datetime


class TimeStampAuthority(Protocol):
    """Says that bytes existed at a time."""

    def require_usable(self) -> None:
        """Refuse what is known to fail, before KMS signs something that cannot be stamped."""

    def stamp(self, payload: bytes) -> TimeStamp:
        """Give a time-stamp that covers the SHA-256 of the payload, checked."""


class HttpTimeStampAuthority:
    """An authority that is asked over HTTP (RFC 3161 §3.4).

    Each stamp has a connection of its own: in an execution environment that was frozen, a kept
    one would be dead.

    An answer that only an operator can change, such as one with a certificate that engines reject,
    is remembered for `REMEMBERED_S` seconds: `require_usable` fails that long, and each such
    request costs no signature of KMS.

    Args:
        url: Where queries are posted to; it may be plain HTTP, since answers are signed.
        roots: Gives the roots to trust.
        timeout_s: The longest that an answer is waited for, in seconds, all told.
        complain: Told what an operator must mend, once in `REMEMBERED_S` seconds.
    """

    REMEMBERED_S = 60.0

    def __init__(
        self,
        url: str,
        roots: TimeStampRoots,
        *,
        timeout_s: float = 5.0,
        complain: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._url = url
        self._roots = roots
        self._timeout_s = timeout_s
        self._complain = complain
        self._refusal = ""
        self._refused_until_s = 0.0
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2.0, read=timeout_s), retries=False
        )

    def require_usable(self) -> None:
        """Fail where `stamp` is known to fail.

        Raises:
            TsaUnavailableError: There are no roots, or a lasting refusal is remembered.
        """
        self._roots()
        if self._refusal and time.monotonic() < self._refused_until_s:
            raise TsaUnavailableError(self._refusal)

    def stamp(self, payload: bytes) -> TimeStamp:
        """Have a payload stamped.

        Raises:
            TsaUnavailableError: Nobody answered in time, or not with a stamp that verifiers accept.
        """
        # Imported here: most workers never stamp, and all would start 10 ms later.
        from edge_signer.signing.credentials.time_stamp_check import (
            checked_time_stamp,
            time_stamp_query,
        )

        roots = self._roots()
        query = time_stamp_query(payload)
        try:
            response = self._answer_to(query.as_bytes())
            return checked_time_stamp(response, query, payload, roots)
        except TsaUnavailableError as refusal:
            if refusal.retry_after_s is None:
                self._refusal = refusal.message
                self._refused_until_s = time.monotonic() + self.REMEMBERED_S
                self._complain(refusal.message)
            raise

    def _answer_to(self, query: bytes) -> bytes:
        """Ask in a thread: sockets bound each wait, not their sum, nor the look-up of a name."""
        answer: Future[bytes] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._post(query))
            except BaseException as failure:
                answer.set_exception(failure)

        threading.Thread(target=ask, name="time-stamp", daemon=True).start()
        try:
            return answer.result(self._timeout_s)
        except TsaUnavailableError:
            raise
        except urllib3.exceptions.LocationValueError as failure:
            raise unusable("its address cannot be asked over HTTP") from failure
        except Exception as failure:
            raise TsaUnavailableError(
                "The time-stamp authority did not answer.", retry_after_s=RETRY_AFTER_S
            ) from failure

    def _post(self, query: bytes) -> bytes:
        response = self._http.request(
            "POST",
            self._url,
            body=query,
            headers={"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE, "Connection": "close"},
            preload_content=False,
            decode_content=False,
        )
        try:
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if response.status != 200 or media_type != REPLY_TYPE:
                reason = f"it has status {response.status} and type {media_type[:64]!r}"
                passes = response.status >= 500 or response.status in _PASSING_STATUSES
                raise refused(reason) if passes else unusable(reason)
            content = response.read(MAX_REPLY_BYTES + 1)
        finally:
            response.close()
        if len(content) > MAX_REPLY_BYTES:
            raise unusable("it is too long")
        return content


def time_stamp_authority(
    url: str, roots: TimeStampRoots, complain: Callable[[str], None]
) -> TimeStampAuthority | None:
    """Give the authority at an address; None where the address is empty."""
    return HttpTimeStampAuthority(url, roots, complain=complain) if url else None


def refused(reason: str) -> TsaUnavailableError:
    """Give the error for an answer that no manifest may carry, where the next one may do."""
    return TsaUnavailableError(
        f"The time-stamp authority's answer is refused: {reason}.", retry_after_s=RETRY_AFTER_S
    )


def unusable(reason: str) -> TsaUnavailableError:
    """Give the error for an answer that no manifest may carry, where the next one will not do."""
    return TsaUnavailableError(
        f"The time-stamp authority's answers are refused: {reason}. Sending the request again will "
        "not help: an operator must change the authority (TsaUrl) or its roots."
    )
