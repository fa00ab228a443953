"""The meaning of failed calls of KMS."""

from __future__ import annotations

from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError, KmsUnavailableError

#: Refusals after which another call with the same key is useless.
KEY_IS_GONE = {
    "AccessDeniedException",
    "DisabledException",
    "KMSInvalidStateException",
    "NotFoundException",
}
_THROTTLES = {
    "ThrottlingException",
    "Throttling",
    "LimitExceededException",
    "TooManyRequestsException",
}


def refusal_code(failure: BotoCoreError | ClientError) -> str:
    """Return the code with which KMS refused; empty if it did not answer."""
    return str(failure.response["Error"]["Code"]) if isinstance(failure, ClientError) else ""


def kms_error(failure: BotoCoreError | ClientError) -> EdgeSignerError:
    """Return the error for the caller.

    Returns:
        KmsRateLimitError if KMS throttles, otherwise KmsUnavailableError.
    """
    if not isinstance(failure, ClientError):
        return KmsUnavailableError("KMS did not answer.", retry_after_s=5, is_passing=True)
    if refusal_code(failure) in _THROTTLES:
        return KmsRateLimitError("Too many signing requests", retry_after_s=1)
    status = failure.response["ResponseMetadata"]["HTTPStatusCode"]
    return KmsUnavailableError(
        "KMS refused the request.",
        retry_after_s=5,
        is_passing=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )
