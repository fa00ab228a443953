"""A route of the API, described once.

The resolver's table, the API document and the tests of the sample events are derived from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edge_signer.http.errors import (
    InternalError,
    InvalidJsonError,
    InvalidSignatureError,
    RequestTooLargeError,
    SignerDisabledError,
    TenantNotAllowedError,
    UnauthenticatedError,
    UnsupportedMediaTypeError,
)
from edge_signer.platform.errors import (
    EdgeSignerError,
    InvalidRequestError,
    KmsRateLimitError,
    KmsUnavailableError,
    StoreUnavailableError,
)
from edge_signer.tenancy.rate_limits import RateLimitedError

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response
    from pydantic import BaseModel

#: Takes the event, its record, Lambda's context and, by name, the values of the path's variables;
#: gives the answer, or raises an EdgeSignerError of the catalogue.
Endpoint = Callable[..., "Response[Any]"]

JSON = "application/json"
#: The errors of every route that needs a tenant's token.
TENANT_ERRORS: tuple[type[EdgeSignerError], ...] = (
    UnauthenticatedError,
    InvalidSignatureError,
    TenantNotAllowedError,
    RateLimitedError,
    InternalError,
    SignerDisabledError,
    StoreUnavailableError,
)
#: The errors of every route with a JSON body.
JSON_ERRORS: tuple[type[EdgeSignerError], ...] = (
    InvalidRequestError,
    InvalidJsonError,
    RequestTooLargeError,
    UnsupportedMediaTypeError,
)
#: The errors of every route that calls KMS.
KMS_ERRORS: tuple[type[EdgeSignerError], ...] = (KmsRateLimitError, KmsUnavailableError)


@dataclass(frozen=True)
class Route:
    """One method of one path.

    Attributes:
        method: For instance POST.
        path: With its variables, such as /jobs/{job_id}; one that ends in + takes the rest.
        operation_id: Name of the operation in the API document.
        summary: What it does, in a few words.
        description: What else a client has to know.
        body: Model of the JSON body; None where the body is not JSON, or there is none.
        media_types: Of the body; empty where there is none.
        answers: Models of the bodies of status 200.
        errors: The errors with which a request may be refused.
        is_public: Whether it works without a token.
    """

    method: str
    path: str
    operation_id: str
    summary: str
    description: str = ""
    body: type[BaseModel] | None = None
    media_types: tuple[str, ...] = ()
    answers: tuple[type[BaseModel], ...] = ()
    errors: tuple[type[EdgeSignerError], ...] = ()
    is_public: bool = False

    @property
    def key(self) -> str:
        """The route as log lines and API Gateway name it, such as `GET /jobs/{job_id}`."""
        return f"{self.method} {self.path}"
