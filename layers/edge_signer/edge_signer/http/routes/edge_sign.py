"""POST /edge-sign, from the event to the answer."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.configuration.flags import Flags
from edge_signer.http import errors as wire
from edge_signer.http.admission import Entry, Gatekeeper
from edge_signer.http.answers import PlannedAnswer, PlannedAssertion, SignedAnswer
from edge_signer.http.application import json_answer, server_timing
from edge_signer.http.authentication import require_same_tenant
from edge_signer.http.idempotency import Idempotency, idempotency_key_of
from edge_signer.http.received import require_media_type, switch_of
from edge_signer.http.route import JSON, JSON_ERRORS, KMS_ERRORS, TENANT_ERRORS, Endpoint, Route
from edge_signer.http.routes.edge_sign_models import EdgeSignRequest, max_inline_bytes
from edge_signer.http.routes.edge_sign_turn import RecentTimes, SigningTurn
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import DeadlineExceededError
from edge_signer.signing import errors as signing
from edge_signer.signing.service import SigningService
from edge_signer.signing.signing_request import PlannedManifest
from edge_signer.telemetry.request_record import RequestRecord

SIGN = Route(
    "POST",
    "/edge-sign",
    operation_id="sign",
    summary="Sign an asset's manifest",
    description="Builds the manifest, signs it with KMS, checks the signature against the "
    "certificate and stores the manifest. Signing the same asset again replaces the manifest "
    "that is served; older versions are kept. A manifest with a `manifest_id` is not replaced.",
    body=EdgeSignRequest,
    media_types=(JSON,),
    answers=(SignedAnswer, PlannedAnswer),
    errors=(
        *TENANT_ERRORS,
        *JSON_ERRORS,
        *KMS_ERRORS,
        wire.InvalidBase64Error,
        wire.RequestInFlightError,
        wire.IdempotencyMismatchError,
        wire.AssetTooLargeError,
        signing.TbsTooLargeError,
        signing.AlreadySignedError,
        signing.AssetNotEmbeddableError,
        signing.EmbeddedStoreTooLargeError,
        signing.EmbeddingUnavailableError,
        signing.InvalidIngredientError,
        signing.IngredientsUnavailableError,
        signing.ManifestIdReusedError,
        signing.UnknownPolicyError,
        signing.InvalidAssertionError,
        signing.PolicyViolationError,
        signing.CredentialUnavailableError,
        signing.TsaUnavailableError,
        DeadlineExceededError,
    ),
)
NOTHING_HERE = f"There is nothing here; manifests are signed at POST {SIGN.path}."


class EdgeSignEndpoint:
    """Answers POST /edge-sign.

    Args:
        gatekeeper: Authenticates and counts.
        idempotency: Remembers answers by Idempotency-Key.
        service: Signs.
        flags: Gives the operator's flags in force.
    """

    def __init__(
        self,
        gatekeeper: Gatekeeper,
        idempotency: Idempotency,
        service: SigningService,
        flags: Callable[[], Flags],
    ) -> None:
        self._gatekeeper = gatekeeper
        self._idempotency = idempotency
        self._service = service
        self._flags = flags
        self._recent = RecentTimes()

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {SIGN: self.sign}

    def sign(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, context: LambdaContext
    ) -> Response[str]:
        """Authenticate, count, validate, sign, answer; with `?dry_run=1`, stop before KMS."""
        entry = self._gatekeeper.enter(event, record)
        try:
            answer = self._answer(entry, event, record, context)
        finally:
            # Whatever else is wrong with the request, a refusal by the limits comes first.
            headers = entry.admitted().headers()
        answer.headers.update(headers)
        if not record.dry_run:
            answer.headers.update(self._times(record))
        return answer

    def _answer(
        self,
        entry: Entry,
        event: APIGatewayProxyEventV2,
        record: RequestRecord,
        context: LambdaContext,
    ) -> Response[str]:
        stopwatch = record.stopwatch
        record.admitted_cpu_ms = stopwatch.cpu_ms
        with stopwatch.step("validate"):
            require_media_type(event.headers, SIGN.media_types)
            record.dry_run = switch_of(event.query_string_parameters, "dry_run")
            key = idempotency_key_of(event.headers)
            limit_bytes = self._flags().max_payload_size
            wire_request = read_body(EdgeSignRequest, entry.body, limit_bytes)
            require_same_tenant(entry.tenant, wire_request.tenant_id, "tenant_id")
            request = wire_request.to_signing_request(
                entry.tenant.tenant_id, max_inline_bytes(limit_bytes)
            )
            record.asset_sha256 = request.asset_sha256.hex()

        if record.dry_run:
            entry.admitted()
            planned = self._service.plan(request)
            record.policy_id = planned.policy.policy_id
            return _planned_answer(planned)
        signing = SigningTurn(self._service, self._recent, entry, request, record)
        if key is None:
            return signing.signed(Deadline.of(context), None)
        with stopwatch.step("idempotency"):
            turn = self._idempotency.turn(
                entry.tenant.tenant_id,
                key,
                entry.body,
                context.get_remaining_time_in_millis() / 1000,
                signing.version_of,
            )
        if turn.kept is not None:
            record.idempotency_replayed = True
            return signing.replayed(turn.kept)
        return signing.signed(Deadline.of(context), turn)

    def _times(self, record: RequestRecord) -> dict[str, str]:
        """Return how long a request took, at its end."""
        stopwatch = record.stopwatch
        steps_ms, total_ms = stopwatch.steps_ms, stopwatch.total_ms
        if not record.idempotency_replayed:
            self._recent.add(steps_ms, total_ms)
        return {
            "X-CPU-Time-MS": f"{stopwatch.cpu_ms:.2f}",
            "X-KMS-Time-MS": f"{steps_ms.get('kms', 0.0):.2f}",
            "X-Total-Time-MS": f"{total_ms:.2f}",
            "Server-Timing": server_timing(stopwatch),
        }


def _planned_answer(planned: PlannedManifest) -> Response[str]:
    body = PlannedAnswer(
        dry_run=True,
        policy_id=planned.policy.policy_id,
        signing_mode=planned.signing_mode,
        manifest_url=planned.manifest_url,
        assertions=[
            PlannedAssertion(label=one.label, created=one.created, data=one.content)
            for one in planned.assertions
        ],
    )
    return json_answer(200, body, {})
