"""GET /derive/{key}: derivatives for a CDN. Everybody may read what a publisher publishes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.configuration.flags import Flags
from edge_signer.derivatives import errors
from edge_signer.derivatives.service import DerivativeService
from edge_signer.derivatives.variant import Variant
from edge_signer.derivatives.wiring import DeriveSettings
from edge_signer.http.application import server_timing
from edge_signer.http.authentication import KILLED
from edge_signer.http.errors import InternalError, SignerDisabledError
from edge_signer.http.route import Endpoint, Route
from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import InvalidRequestError, StoreUnavailableError
from edge_signer.telemetry.request_record import RequestRecord

NO_DERIVATIVES = "Derivatives are switched off; nothing was read."
#: Of addresses that name the original's version: what is there never changes.
FOR_EVER = "public, max-age=31536000, immutable"
#: Of others, whose original may be replaced.
FOR_A_MINUTE = "public, max-age=60"
# Of a key, what needs no escaping in an address: there is one address for each derivative.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,510}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,128}")
_PARAMETERS = ("w", "f", "v")
_ERRORS = (
    InvalidRequestError,
    errors.UnknownOriginalError,
    errors.UnknownVariantError,
    errors.UnsuitableOriginalError,
    errors.DerivativeRefusedError,
    InternalError,
    SignerDisabledError,
    errors.DerivativesDisabledError,
    errors.DerivativeNotReadyError,
    StoreUnavailableError,
)

DERIVE, DERIVE_HEAD = (
    Route(
        method,
        "/derive/{key+}",
        operation_id=operation_id,
        summary="Read a derivative of an image, signed as an edit of its original",
        errors=_ERRORS,
        is_public=True,
    )
    for method, operation_id in (("GET", "derive"), ("HEAD", "deriveHead"))
)


class DeriveEndpoints:
    """Handles the routes of derivatives.

    Args:
        service: Gives derivatives.
        settings: Say which there are.
        flags: Says whether derivatives are switched on.
    """

    def __init__(
        self,
        service: DerivativeService,
        settings: DeriveSettings,
        flags: Callable[[], Flags],
    ) -> None:
        self._service = service
        self._settings = settings
        self._flags = flags

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {DERIVE: self.derive, DERIVE_HEAD: self.derive}

    def derive(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, context: LambdaContext, key: str
    ) -> Response[bytes]:
        """Give a derivative; `w` and `f` say which, `v` of which version of the original."""
        deadline = Deadline.of(context)
        self._require_open()
        query = event.query_string_parameters
        variant, version_id = self._variant(query), query.get("v")
        if not _KEY.fullmatch(key):
            raise errors.UnknownOriginalError("There is no such original.")
        if version_id is not None and not _VERSION.fullmatch(version_id):
            raise errors.UnknownOriginalError("There is no such version of the original.")
        kept = self._service.derivative(key, version_id, variant, record, deadline)
        etag = f'"{kept.name}"'
        headers = {
            "Cache-Control": FOR_A_MINUTE if version_id is None else FOR_EVER,
            "ETag": etag,
            "X-Content-Type-Options": "nosniff",
            "X-Request-ID": record.request_id,
            "Server-Timing": server_timing(record.stopwatch),
        }
        known = [one.strip() for one in event.headers.get("if-none-match", "").split(",")]
        if etag in [one.removeprefix("W/") for one in known]:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers, body=b"")
        content = b"" if event.http_method == DERIVE_HEAD.method else kept.content
        return Response(
            status_code=HTTPStatus.OK, content_type=kept.media_type, body=content, headers=headers
        )

    def _require_open(self) -> None:
        flags = self._flags()
        if flags.kill_switch:
            raise SignerDisabledError(KILLED)
        if not flags.derivatives_enabled:
            raise errors.DerivativesDisabledError(NO_DERIVATIVES)
        if not self._settings.originals_bucket:
            raise errors.DerivativesDisabledError(
                "The deployment has no originals: its parameter OriginalsBucket is empty."
            )

    def _variant(self, query: Mapping[str, str]) -> Variant:
        unknown = sorted(query.keys() - {*_PARAMETERS})
        if unknown:
            raise InvalidRequestError(
                f"Unknown query parameter {unknown[0][:64]}. Known parameters: w, f and v."
            )
        made = self._settings.derivative_variants
        try:
            variant = Variant.parse(f"{query.get('w', '')}.{query.get('f', '')}")
        except ValueError:
            raise InvalidRequestError(
                "w must be a width in pixels, and f jpeg, png, webp or avif, as in ?w=800&f=webp."
            ) from None
        if variant not in made:
            known = sorted(made, key=lambda one: (one.width, one.format))
            raise errors.UnknownVariantError(
                f"There is no such derivative; there are {', '.join(map(str, known))}."
            )
        return variant
