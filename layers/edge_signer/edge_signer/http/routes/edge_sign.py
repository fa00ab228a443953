"""POST /edge-sign, from the event to the answer."""

from __future__ import annotations

import base64
from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.configuration.flags import Flags
from edge_signer.http import errors as wire
from edge_signer.http.admission import Admitted, Gatekeeper
from edge_signer.http.answers import Percentiles, PlannedAnswer, PlannedAssertion, SignedAnswer
from edge_signer.http.application import json_answer, server_timing
from edge_signer.http.authentication import require_same_tenant
from edge_signer.http.idempotency import Idempotency, idempotency_key_of
from edge_signer.http.received import require_media_type, switch_of
from edge_signer.http.route import JSON, JSON_ERRORS, KMS_ERRORS, TENANT_ERRORS, Endpoint, Route
from edge_signer.http.routes.edge_sign_models import EdgeSignRequest, max_inline_bytes
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import DeadlineExceededError
from edge_signer.signing import errors as signing
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.service import SignedManifest, SigningService
from edge_signer.signing.signing_request import PlannedManifest
from edge_signer.telemetry.request_record import RequestRecord, RollingPercentile, Stopwatch

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
#: The largest manifest store that is kept with an answer; DynamoDB's items have 400 KB at most.
_MAX_KEPT_BYTES = 192 * 1024
_WITHOUT_MANIFEST = '"manifest":""'
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
        self._recent_ms = {name: RollingPercentile() for name in ("wasm", "kms", "total")}

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {SIGN: self.sign}

    def sign(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, context: LambdaContext
    ) -> Response[str]:
        """Authenticate, count, validate, sign, answer; with `?dry_run=1`, stop before KMS."""
        stopwatch, deadline = record.stopwatch, Deadline.of(context)
        admitted = self._gatekeeper.admit(event, record)
        tenant, body = admitted.tenant, admitted.body

        record.admitted_cpu_ms = stopwatch.cpu_ms
        with stopwatch.step("validate"):
            require_media_type(event.headers, SIGN.media_types)
            dry_run = switch_of(event.query_string_parameters, "dry_run")
            key = idempotency_key_of(event.headers)
            limit_bytes = self._flags().max_payload_size
            wire_request = read_body(EdgeSignRequest, body, limit_bytes)
            require_same_tenant(tenant, wire_request.tenant_id, "tenant_id")
            request = wire_request.to_signing_request(
                tenant.tenant_id, max_inline_bytes(limit_bytes)
            )
            record.asset_sha256 = request.asset_sha256.hex()
            record.dry_run = dry_run

        if dry_run:
            planned = self._service.plan(request)
            record.policy_id = planned.policy.policy_id
            return _planned_answer(planned, admitted)

        made: list[SignedManifest] = []

        def sign() -> Response[str]:
            made.append(self._service.sign(request, record, deadline))
            return self._answer(made[0], stopwatch, is_kept=key is not None)

        if key is None:
            answer = sign()
        else:
            with stopwatch.around("idempotency"):
                answer = self._idempotency.answer_once(
                    sign, context, tenant_id=tenant.tenant_id, key=key, body=body
                )
        if _WITHOUT_MANIFEST in (answer.body or ""):
            version = str(answer.headers["X-Manifest-Version"])
            store = made[0].manifest_store if made else self._service.stored(request, version)
            answer.body = _with_manifest(answer.body, store)
        if isinstance(request.embedding, InlineEmbedding):
            # An earlier answer was kept without the file, which is made again from the request.
            answer.body = _with_asset(answer.body, request.embedding)
        # These belong to this request, even when the rest replays an earlier answer.
        answer.headers.update(admitted.headers())
        answer.headers["Server-Timing"] = server_timing(stopwatch)
        record.idempotency_replayed = "Idempotency-Replayed" in answer.headers
        return answer

    def _answer(
        self, signed: SignedManifest, stopwatch: Stopwatch, *, is_kept: bool
    ) -> Response[str]:
        """Return the answer; without a large manifest if it is kept, since the store has that."""
        total_ms = stopwatch.total_ms
        steps_ms = stopwatch.steps_ms
        for name, observed_ms in {**steps_ms, "total": total_ms}.items():
            if name in self._recent_ms:
                self._recent_ms[name].add(observed_ms)
        p95_ms = {name: round(recent.p95(), 2) for name, recent in self._recent_ms.items()}
        is_left_out = is_kept and len(signed.manifest_store) > _MAX_KEPT_BYTES
        body = SignedAnswer(
            manifest_url=signed.stored.url,
            signing_mode=signed.signing_mode,
            p95_ms=Percentiles(**p95_ms),
            kms_key_id=signed.kms_key_id,
            tsa_token_url=signed.tsa_token_url,
            manifest=base64.b64encode(b"" if is_left_out else signed.manifest_store).decode(),
        )
        headers = {
            "X-Signing-Mode": signed.signing_mode,
            "X-CPU-Time-MS": f"{stopwatch.cpu_ms:.2f}",
            "X-KMS-Time-MS": f"{steps_ms.get('kms', 0.0):.2f}",
            "X-Total-Time-MS": f"{total_ms:.2f}",
            "X-Manifest-Version": signed.stored.version,
            "Link": f'<{signed.stored.url}>; rel="c2pa-manifest"',
            "Cache-Control": "no-store",
        }
        return json_answer(200, body, headers)


def _planned_answer(planned: PlannedManifest, admitted: Admitted) -> Response[str]:
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
    return json_answer(200, body, admitted.headers())


def _with_manifest(body: str | None, manifest_store: bytes) -> str:
    signed = SignedAnswer.model_validate_json(body or "")
    manifest = base64.b64encode(manifest_store).decode()
    return signed.model_copy(update={"manifest": manifest}).to_json()


def _with_asset(body: str | None, embedding: InlineEmbedding) -> str:
    """Add the signed file to an answer.

    Raises:
        IdempotencyMismatchError: The file was laid out otherwise for the first answer.
    """
    from edge_signer.signing.layout.hard_binding import HardBindingError

    signed = SignedAnswer.model_validate_json(body or "")
    try:
        asset = embedding.signed(base64.b64decode(signed.manifest))
    except HardBindingError as otherwise:
        raise wire.IdempotencyMismatchError(
            "This Idempotency-Key was used before an update of the signer, which lays this file "
            "out otherwise; use a new key."
        ) from otherwise
    return signed.model_copy(update={"asset": base64.b64encode(asset).decode()}).to_json()
