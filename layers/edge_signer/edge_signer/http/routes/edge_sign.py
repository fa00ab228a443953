"""POST /edge-sign, from the event to the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.configuration.flags import Flags
from edge_signer.http.admission import Admission
from edge_signer.http.answer_models import (
    Percentiles,
    PlannedAnswer,
    PlannedAssertion,
    SignedAnswer,
)
from edge_signer.http.answers import json_answer
from edge_signer.http.application import Route
from edge_signer.http.authentication import require_same_tenant
from edge_signer.http.idempotency import Idempotency, KeyedRequest, idempotency_key_of
from edge_signer.http.rate_limit_headers import rate_limit_headers
from edge_signer.http.received import require_media_type
from edge_signer.http.routes.edge_sign_models import EdgeSignRequest
from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.service import SignedManifest, SigningService
from edge_signer.signing.signing_request import PlannedManifest
from edge_signer.telemetry.request_record import RequestRecord, RollingPercentile, Stopwatch
from edge_signer.tenancy.rate_limits import Standing

PATH = "/edge-sign"
NOTHING_HERE = f"There is nothing here; manifests are signed at POST {PATH}."
_DRY_RUN = {"0": False, "1": True}


class EdgeSignEndpoint:
    """Answers POST /edge-sign.

    Args:
        admission: Authenticates and counts.
        idempotency: Remembers what was answered.
        service: Signs.
        flags: Gives the operator's flags in force.
    """

    def __init__(
        self,
        admission: Admission,
        idempotency: Idempotency,
        service: SigningService,
        flags: Callable[[], Flags],
    ) -> None:
        self._admission = admission
        self._idempotency = idempotency
        self._service = service
        self._flags = flags
        self._recent_ms = {name: RollingPercentile() for name in ("wasm", "kms", "total")}

    def routes(self) -> list[Route]:
        """Give the table of routes."""
        return [Route(PATH, {"POST": self.sign})]

    def sign(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, context: LambdaContext
    ) -> Response[str]:
        """Authenticate, count, validate, sign, answer; with `?dry_run=1`, stop before KMS.

        Args:
            event: The request.
            record: Learns what the request is, and what became of it.
            context: Of the invocation.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        stopwatch, deadline = record.stopwatch, Deadline.of(context)
        admitted = self._admission.admit(event, record)
        tenant, body, standing = admitted.tenant, admitted.body, admitted.standing

        record.admitted_cpu_ms = stopwatch.cpu_ms
        with stopwatch.step("validate"):
            require_media_type(event.headers, ("application/json",))
            dry_run = _wants_dry_run(event)
            key = idempotency_key_of(event.headers)
            wire_request = EdgeSignRequest.from_body(body, self._flags().max_payload_size)
            require_same_tenant(tenant, wire_request.tenant_id, "tenant_id")
            request = wire_request.to_signing_request(tenant.tenant_id)
            record.asset_sha256 = request.asset_sha256.hex()
            record.dry_run = dry_run

        if dry_run:
            planned = self._service.plan(request)
            record.policy_id = planned.policy.policy_id
            return _planned_answer(planned, standing, record.request_id)

        def sign() -> Response[str]:
            signed = self._service.sign(request, record, deadline)
            return self._answer(signed, stopwatch)

        answer = (
            sign()
            if key is None
            else self._idempotency.answer_once(
                KeyedRequest(tenant.tenant_id, key, body), context, sign
            )
        )
        # What is this request's own, also where the rest is an earlier one's.
        answer.headers.update({"X-Request-ID": record.request_id, **rate_limit_headers(standing)})
        record.idempotency_replayed = "Idempotency-Replayed" in answer.headers
        return answer

    def _answer(self, signed: SignedManifest, stopwatch: Stopwatch) -> Response[str]:
        total_ms = stopwatch.total_ms
        steps_ms = stopwatch.steps_ms
        for name, observed_ms in {**steps_ms, "total": total_ms}.items():
            if name in self._recent_ms:
                self._recent_ms[name].add(observed_ms)
        p95_ms = {name: round(recent.p95(), 2) for name, recent in self._recent_ms.items()}
        body = SignedAnswer(
            manifest_url=signed.stored.url,
            signing_mode=signed.signing_mode,
            p95_ms=Percentiles(**p95_ms),
            kms_key_id=signed.kms_key_id,
            tsa_token_url=signed.tsa_token_url,
        )
        headers = {
            "X-Signing-Mode": signed.signing_mode,
            "X-CPU-Time-MS": f"{stopwatch.cpu_ms:.2f}",
            "X-KMS-Time-MS": f"{steps_ms.get('kms', 0.0):.2f}",
            "X-Total-Time-MS": f"{total_ms:.2f}",
            "X-Manifest-Version": signed.stored.version,
            "Link": f'<{signed.stored.url}>; rel="c2pa-manifest"',
            "Server-Timing": _server_timing(steps_ms),
            "Cache-Control": "no-store",
        }
        return json_answer(200, body, headers)


def _wants_dry_run(event: APIGatewayProxyEventV2) -> bool:
    unknown = sorted(event.query_string_parameters.keys() - {"dry_run"})
    if unknown:
        # `?dryrun=1` must not sign.
        raise InvalidRequestError(f"{unknown[0][:64]} is no query parameter; dry_run is")
    value = event.query_string_parameters.get("dry_run", "0")
    if value not in _DRY_RUN:
        raise InvalidRequestError("dry_run must be 0 or 1")
    return _DRY_RUN[value]


def _planned_answer(planned: PlannedManifest, standing: Standing, request_id: str) -> Response[str]:
    body = PlannedAnswer(
        dry_run=True,
        policy_id=planned.policy.policy_id,
        signing_mode=planned.signing_mode,
        assertions=[
            PlannedAssertion(label=one.label, created=one.created, data=one.content)
            for one in planned.assertions
        ],
    )
    headers = {"X-Request-ID": request_id, "Cache-Control": "no-store"}
    return json_answer(200, body, {**headers, **rate_limit_headers(standing)})


def _server_timing(steps_ms: Mapping[str, float]) -> str:
    """The steps as browsers' tools show them (W3C Server Timing)."""
    return ", ".join(f"{name};dur={elapsed_ms:.3f}" for name, elapsed_ms in steps_ms.items())
