"""The errors of HTTP requests, one class per code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class InvalidJsonError(EdgeSignerError):
    """The body is not JSON, or is JSON that two parsers could read differently."""

    code = "INVALID_JSON"
    title = "Invalid JSON"
    quotes_request = True


class InvalidBase64Error(EdgeSignerError):
    """`asset_inline` is not base64."""

    code = "INVALID_BASE64"


class UnauthenticatedError(EdgeSignerError):
    """The bearer token is missing or unknown."""

    code = "UNAUTHENTICATED"


class InvalidSignatureError(EdgeSignerError):
    """The request's HMAC signature is missing, wrong, expired or reused; the message says which."""

    code = "INVALID_SIGNATURE"


class TenantNotAllowedError(EdgeSignerError):
    """The request names a tenant other than its token's, or the tenant may not sign here."""

    code = "TENANT_NOT_ALLOWED"
    quotes_request = True


class SignerDisabledError(EdgeSignerError):
    """The operator has switched signing off; the message says which part."""

    code = "SIGNER_DISABLED"
    is_wanted = True


class ExecutionDisabledError(EdgeSignerError):
    """Jobs are switched off, which is the default."""

    code = "EXECUTION_DISABLED"
    is_wanted = True


class VerificationDisabledError(EdgeSignerError):
    """Verification is switched off, which is the default."""

    code = "VERIFICATION_DISABLED"
    is_wanted = True


class NotFoundError(EdgeSignerError):
    """There is nothing at that path."""

    code = "NOT_FOUND"


class MethodNotAllowedError(EdgeSignerError):
    """The path does not support this method."""

    code = "METHOD_NOT_ALLOWED"

    def __init__(self, message: str, *, allowed: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allowed = allowed


class AssetTooLargeError(EdgeSignerError):
    """The inline asset exceeds its limit; send its digest instead."""

    code = "ASSET_TOO_LARGE"


class RequestTooLargeError(EdgeSignerError):
    """The body exceeds its limit."""

    code = "REQUEST_TOO_LARGE"


class RequestInFlightError(EdgeSignerError):
    """A request with the same Idempotency-Key is still being processed."""

    code = "REQUEST_IN_FLIGHT"


class IdempotencyMismatchError(EdgeSignerError):
    """The Idempotency-Key was used for another body."""

    code = "IDEMPOTENCY_MISMATCH"
    title = "Idempotency key reused"


class UnsupportedMediaTypeError(EdgeSignerError):
    """The body has an unsupported media type, charset or content encoding."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class InternalError(EdgeSignerError):
    """The signer failed; the log has the details under the request's identifier."""

    code = "INTERNAL"
    title = "Internal error"
