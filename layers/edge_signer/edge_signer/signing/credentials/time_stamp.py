"""Time-stamps (RFC 3161): their type, their errors, and the roots to trust.

The client (`time_stamp_authority`) and the check of its answers (`time_stamp_check`) share this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates

from edge_signer.configuration.parameters import SsmParameter
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.last_good import LastGood
from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.errors import TsaUnavailableError

REPLY_TYPE = "application/timestamp-reply"
RETRY_AFTER_S = 5

#: Gives the roots to which the certificates of a time-stamp authority must lead.
TimeStampRoots = Callable[[], Sequence[Certificate]]


@dataclass(frozen=True)
class TimeStamp:
    """A checked time-stamp.

    Attributes:
        response: The whole TimeStampResp in DER (RFC 3161 §2.4.2).
        token: Its TimeStampToken, which goes into the manifest.
        serial_number: The authority's; not negative, 160 bits at most.
        made_at: By the authority's clock, without the fraction of a second.
    """

    response: bytes
    token: bytes
    serial_number: int
    made_at: datetime


# While roots are read again beside a request, the last ones serve for so long.
_GRACE_S = 30.0


class SsmTimeStampRoots:
    """Roots in an SSM parameter; needs `ssm:GetParameter` on it.

    If a refresh fails, the last good roots stay in use, unless the parameter was deleted.

    Args:
        ssm: Client in the function's region.
        parameter: Name of the parameter: one or more certificates in PEM.
        refresh_s: Seconds for which roots serve before they are read again.
        grace_s: Seconds for which they serve beyond that, while they are read beside requests.
    """

    def __init__(
        self, ssm: Any, parameter: str, *, refresh_s: float = 300.0, grace_s: float = _GRACE_S
    ) -> None:
        self._parameter = SsmParameter(ssm, parameter)
        self._roots = LastGood(
            self._fetch, refresh_s=refresh_s, latest_s=refresh_s + grace_s, retry_s=0.0
        )

    def __call__(self) -> tuple[Certificate, ...]:
        """Return the roots.

        Raises:
            TsaUnavailableError: They are missing or unreadable.
        """
        return self._roots()

    def _fetch(self) -> tuple[Certificate, ...]:
        try:
            pem = self._parameter.read()
        except StoreUnavailableError as failure:
            raise TsaUnavailableError(
                "The time-stamp authority's roots cannot be fetched.", retry_after_s=10
            ) from failure
        if pem is None:
            self._roots.forget()
            raise _needs_roots("are not installed")
        try:
            return tuple(load_pem_x509_certificates(pem.encode()))
        except UNREADABLE as broken:
            raise _needs_roots("cannot be read") from broken


def _needs_roots(what_is_wrong: str) -> TsaUnavailableError:
    return TsaUnavailableError(
        f"The time-stamp authority's roots {what_is_wrong}: an operator must put them, in PEM, "
        "into the SSM parameter certificates/tsa."
    )


def refused(reason: str) -> TsaUnavailableError:
    """Return the error for an unacceptable answer; the next one may be acceptable."""
    return TsaUnavailableError(
        f"The time-stamp authority's answer is refused: {reason}.", retry_after_s=RETRY_AFTER_S
    )


def unusable(reason: str) -> TsaUnavailableError:
    """Return the error for an unacceptable answer, if no later one will be acceptable either."""
    return TsaUnavailableError(
        f"The time-stamp authority's answers are refused: {reason}. Sending the request again will "
        "not help: an operator must change the authority (TsaUrl) or its roots."
    )
