"""The errors of every call."""

from __future__ import annotations

# Still in progress; too many requests; a failure that may pass.
_WORTH_RETRYING = {409, 425, 429, 500, 502, 503, 504}
# An operator switched these off, so retrying does not help.
_SWITCHED_OFF = {"SIGNER_DISABLED", "EXECUTION_DISABLED", "VERIFICATION_DISABLED"}


class EdgeSignerClientError(Exception):
    """Base class of the errors that calls raise; the text is one line."""


class CredentialsError(EdgeSignerClientError):
    """The token contains a character that an HTTP header cannot carry."""


class UnreachableError(EdgeSignerClientError):
    """No answer arrived. The server may still have processed the request."""


class RefusedError(EdgeSignerClientError):
    """The server answered with an error.

    Attributes:
        status: The HTTP status.
        code: The error code of the API, such as RATE_LIMITED; empty if there is none.
        retry_after_s: Seconds to wait before the next attempt; None if the server does not say.
        store_bytes: With STORE_TOO_LARGE, the room that the manifest store needs; otherwise None.
    """

    def __init__(
        self,
        text: str,
        status: int,
        code: str = "",
        retry_after_s: float | None = None,
        store_bytes: int | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s
        self.store_bytes = store_bytes

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in _WORTH_RETRYING and self.code not in _SWITCHED_OFF


class UnexpectedAnswerError(RefusedError):
    """The answer is not in the form of the Edge Signer API: something else may run there."""


class AssetLayoutError(EdgeSignerClientError):
    """No manifest store can be embedded in this file.

    Attributes:
        name: What is wrong, as one word such as AlreadySigned, Truncated or UnknownFormat.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
