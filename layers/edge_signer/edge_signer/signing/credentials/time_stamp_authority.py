"""The client of a time-stamp authority, over HTTP (RFC 3161 §3.4)."""

from __future__ import annotations

import time
from collections.abc import Callable

from urllib3.exceptions import LocationValueError

from edge_signer.platform.outgoing import OutgoingPost
from edge_signer.signing.credentials.time_stamp import (
    REPLY_TYPE,
    RETRY_AFTER_S,
    TimeStamp,
    TimeStampRoots,
    refused,
    unusable,
)
from edge_signer.signing.errors import TsaUnavailableError

QUERY_TYPE = "application/timestamp-query"
#: Real answers with two certificates have 2 to 7 KB; the builder accepts a token of 15 KB.
MAX_REPLY_BYTES = 15 * 1024
#: Statuses besides 5xx after which the same query may succeed later (RFC 9110 §15.5).
_PASSING_STATUSES = {408, 425, 429}


class HttpTimeStampAuthority:
    """A time-stamp authority at an address.

    An answer that only an operator can change, such as one with a certificate that engines reject,
    is remembered for `REMEMBERED_S` seconds. Meanwhile `require_usable` fails, so that such
    requests cost no KMS signature.

    Args:
        url: Where queries are posted; it may be plain HTTP, since answers are signed.
        roots: Gives the roots to trust.
        timeout_s: Limit of the whole exchange, in seconds.
        complain: Reports what an operator must fix, once in `REMEMBERED_S` seconds.
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
        self._post = OutgoingPost(url, timeout_s)
        self._roots = roots
        self._complain = complain
        self._refusal = ""
        self._refused_until_s = 0.0

    def require_usable(self) -> None:
        """Fail if `stamp` is known to fail, before KMS signs something that cannot be stamped.

        Raises:
            TsaUnavailableError: There are no roots, or a lasting refusal is remembered.
        """
        self._roots()
        if self._refusal and time.monotonic() < self._refused_until_s:
            raise TsaUnavailableError(self._refusal)

    def stamp(self, payload: bytes) -> TimeStamp:
        """Have the SHA-256 of a payload stamped, and check the time-stamp.

        Raises:
            TsaUnavailableError: There was no answer in time, or none that verifiers accept.
        """
        # Imported here: it costs 10 ms, and most workers never stamp.
        from edge_signer.signing.credentials.time_stamp_check import (
            checked_time_stamp,
            time_stamp_query,
        )

        roots = self._roots()
        query = time_stamp_query(payload)
        try:
            return checked_time_stamp(self._answer_to(query.as_bytes()), query, payload, roots)
        except TsaUnavailableError as refusal:
            if refusal.retry_after_s is None:
                self._refusal = refusal.message
                self._refused_until_s = time.monotonic() + self.REMEMBERED_S
                self._complain(refusal.message)
            raise

    def _answer_to(self, query: bytes) -> bytes:
        headers = {"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE}
        try:
            reply = self._post(query, headers, MAX_REPLY_BYTES)
        except LocationValueError as failure:
            raise unusable("its address is not a valid HTTP address") from failure
        except Exception as failure:
            raise TsaUnavailableError(
                "The time-stamp authority did not answer.", retry_after_s=RETRY_AFTER_S
            ) from failure
        if reply.status != 200 or reply.media_type != REPLY_TYPE:
            reason = f"it has status {reply.status} and type {reply.media_type[:64]!r}"
            passes = reply.status >= 500 or reply.status in _PASSING_STATUSES
            raise refused(reason) if passes else unusable(reason)
        if len(reply.content) > MAX_REPLY_BYTES:
            raise unusable("it is too long")
        return reply.content


def required(authority: HttpTimeStampAuthority | None) -> HttpTimeStampAuthority:
    """Return the authority that stamps a manifest.

    Raises:
        TsaUnavailableError: There is none.
    """
    if authority is None:
        raise TsaUnavailableError("This signer has no time-stamp authority.")
    return authority
