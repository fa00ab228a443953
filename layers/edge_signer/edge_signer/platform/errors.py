"""The base of every error that callers see.

Each code of the catalogue has one subclass, raised where the fact is known. One place turns them
into HTTP: `edge_signer.http.catalogue`.
"""

from __future__ import annotations

from typing import ClassVar


class EdgeSignerError(Exception):
    """A refusal or failure with a code from the catalogue.

    Args:
        message: What to do about it, for the caller. It never contains a secret, an asset or a path
            of the system.
        retry_after_s: Seconds after which the same request may succeed.
    """

    code: ClassVar[str]
    #: For people: the code in words, unless the class has better ones.
    title: ClassVar[str]
    #: Whether the message may quote the request, so that it must not be logged.
    quotes_request: ClassVar[bool] = False
    #: Whether an operator asked for this, so that it is not a failure.
    is_wanted: ClassVar[bool] = False
    #: What `embed.store_bytes` must be for the request to succeed, if that is what is wrong.
    store_bytes: int | None = None

    def __init_subclass__(cls) -> None:
        cls.title = vars(cls).get("title") or cls.code.replace("_", " ").capitalize()

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class InvalidRequestError(EdgeSignerError):
    """A field is missing or wrong; the message names it."""

    code = "INVALID_REQUEST"
    quotes_request = True


class StoreUnavailableError(EdgeSignerError):
    """S3, DynamoDB or SSM failed or did not answer."""

    code = "STORE_UNAVAILABLE"


class DeadlineExceededError(EdgeSignerError):
    """The request ran out of time, and nothing was stored."""

    code = "DEADLINE_EXCEEDED"


class KmsRateLimitError(EdgeSignerError):
    """KMS is throttling requests."""

    code = "KMS_RATE_LIMIT"
    title = "KMS rate limit exceeded"


class KmsUnavailableError(EdgeSignerError):
    """KMS failed, or returned a signature that does not verify.

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
