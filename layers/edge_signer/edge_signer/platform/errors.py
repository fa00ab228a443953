"""The base of every error that a caller is told about.

One subclass for each code of the catalogue, raised where the fact is known. What HTTP makes of it
is said in one place, `edge_signer.http.catalogue`.
"""

from __future__ import annotations

from typing import ClassVar


class EdgeSignerError(Exception):
    """A refusal or failure with a code from the catalogue.

    Args:
        message: What to do about it, for the caller. It never holds a secret, an asset or a path of
            the system.
        retry_after_s: Seconds after which the same request may succeed.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    #: Whether the message may hold words of the request, which no log shall keep.
    quotes_request: ClassVar[bool] = False
    #: Whether this is what the operator asked for, and so no failure.
    is_wanted: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class InvalidRequestError(EdgeSignerError):
    """A field is missing or wrong; the message names it."""

    code = "INVALID_REQUEST"
    title = "Invalid request"
    quotes_request = True


class StoreUnavailableError(EdgeSignerError):
    """S3, DynamoDB or SSM did not answer as it should."""

    code = "STORE_UNAVAILABLE"
    title = "Store unavailable"


class DeadlineExceededError(EdgeSignerError):
    """The request took as long as it may, and nothing was stored."""

    code = "DEADLINE_EXCEEDED"
    title = "Deadline exceeded"


class KmsRateLimitError(EdgeSignerError):
    """KMS throttles."""

    code = "KMS_RATE_LIMIT"
    title = "KMS rate limit exceeded"


class KmsUnavailableError(EdgeSignerError):
    """KMS failed, or answered with a signature that does not verify.

    Args:
        message: For the caller.
        retry_after_s: Seconds after which the same request may succeed.
        is_passing: Whether another attempt, at once, may succeed.
    """

    code = "KMS_UNAVAILABLE"
    title = "KMS unavailable"

    def __init__(
        self, message: str, *, retry_after_s: int | None = None, is_passing: bool = False
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.is_passing = is_passing
