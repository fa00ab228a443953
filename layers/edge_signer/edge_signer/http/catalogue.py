"""The status, body and headers of every error; the only place where errors become HTTP."""

from __future__ import annotations

from http import HTTPStatus

from edge_signer.administration import errors as administration
from edge_signer.derivatives import errors as derivatives
from edge_signer.execution import errors as execution
from edge_signer.http import errors as wire
from edge_signer.http.answers import ErrorAnswer, rate_limit_headers
from edge_signer.platform.errors import (
    DeadlineExceededError,
    EdgeSignerError,
    InvalidRequestError,
    KmsRateLimitError,
    KmsUnavailableError,
    StoreUnavailableError,
)
from edge_signer.signing import errors as signing
from edge_signer.tenancy.rate_limits import RateLimitedError
from edge_signer.verification.submissions import errors as verification

STATUS: dict[type[EdgeSignerError], int] = {
    InvalidRequestError: 400,
    wire.InvalidJsonError: 400,
    wire.InvalidBase64Error: 400,
    wire.UnauthenticatedError: 401,
    wire.InvalidSignatureError: 401,
    wire.TenantNotAllowedError: 403,
    administration.ChaosNotAllowedError: 403,
    wire.NotFoundError: 404,
    wire.MethodNotAllowedError: 405,
    execution.UnknownJobError: 404,
    derivatives.UnknownOriginalError: 404,
    derivatives.UnknownVariantError: 404,
    verification.UnknownUploadError: 404,
    verification.UnknownManifestError: 404,
    wire.RequestInFlightError: 409,
    execution.JobInFlightError: 409,
    execution.ResultExpiredError: 410,
    administration.ConcurrentChangeError: 409,
    verification.UploadChangedError: 409,
    wire.AssetTooLargeError: 413,
    wire.RequestTooLargeError: 413,
    signing.TbsTooLargeError: 413,
    execution.ModuleTooLargeError: 413,
    verification.UploadTooLargeError: 413,
    wire.UnsupportedMediaTypeError: 415,
    signing.UnknownPolicyError: 422,
    derivatives.UnsuitableOriginalError: 422,
    derivatives.DerivativeRefusedError: 422,
    signing.AlreadySignedError: 422,
    signing.AssetNotEmbeddableError: 422,
    signing.EmbeddedStoreTooLargeError: 422,
    signing.EmbeddingUnavailableError: 503,
    signing.IngredientsUnavailableError: 503,
    signing.ManifestIdReusedError: 422,
    signing.InvalidAssertionError: 422,
    signing.InvalidIngredientError: 422,
    signing.PolicyViolationError: 422,
    execution.ModuleHashMismatchError: 422,
    execution.NotAModuleError: 422,
    execution.UnknownModuleError: 422,
    execution.UnsupportedRequirementError: 422,
    execution.JobIdReusedError: 422,
    verification.NoCrjsonError: 422,
    verification.VerificationTooLongError: 422,
    RateLimitedError: 429,
    wire.IdempotencyMismatchError: 422,
    KmsRateLimitError: 429,
    wire.InternalError: 500,
    KmsUnavailableError: 503,
    signing.CredentialUnavailableError: 503,
    signing.TsaUnavailableError: 503,
    StoreUnavailableError: 503,
    DeadlineExceededError: 503,
    wire.SignerDisabledError: 503,
    wire.ExecutionDisabledError: 503,
    wire.VerificationDisabledError: 503,
    derivatives.DerivativesDisabledError: 503,
    derivatives.DerivativeNotReadyError: 503,
    execution.SandboxUnavailableError: 503,
}


def error_body(error: EdgeSignerError) -> ErrorAnswer:
    """Return the body of an error: `{error, message, code[, retry_after][, store_bytes]}`."""
    return ErrorAnswer(
        error=error.title,
        message=error.message,
        code=error.code,
        retry_after=error.retry_after_s,
        store_bytes=error.store_bytes,
    )


def error_headers(error: EdgeSignerError) -> dict[str, str]:
    """Return the headers of an error, in addition to those of every answer."""
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, RateLimitedError) and error.standing is not None:
        headers |= rate_limit_headers(error.standing)
    if STATUS[type(error)] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="edge-signer"'
    if isinstance(error, wire.MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, wire.UnsupportedMediaTypeError):
        headers["Accept-Encoding"] = "identity"
    return headers
