"""POST /jobs, GET /jobs/{job_id}, PUT /modules/{module_hash} and GET /keys."""

from __future__ import annotations

import re
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.execution import errors as execution
from edge_signer.execution.job import HASH_PREFIX, checked_module
from edge_signer.execution.receipts.receipt_keys import ReceiptKeys
from edge_signer.execution.receipts.result import JobAnswer
from edge_signer.execution.service import JobService
from edge_signer.execution.turn import KeptResult
from edge_signer.http import errors as wire
from edge_signer.http.admission import Admitted, Gatekeeper
from edge_signer.http.application import json_answer, server_timing
from edge_signer.http.received import require_media_type
from edge_signer.http.route import JSON, JSON_ERRORS, KMS_ERRORS, TENANT_ERRORS, Endpoint, Route
from edge_signer.http.routes.build_types import build_type_of
from edge_signer.http.routes.job_models import (
    JOB_ID,
    MAX_JOB_ID_CHARACTERS,
    MODULE_HASH,
    JobRequestBody,
    KeysAnswer,
    ModuleAnswer,
    ReceiptKeyAnswer,
)
from edge_signer.http.wire_formats import MAX_EVENT_BYTES, read_body
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.telemetry.request_record import RequestRecord

#: The errors of every route that takes a module.
MODULE_ERRORS = (
    execution.ModuleTooLargeError,
    execution.ModuleHashMismatchError,
    execution.NotAModuleError,
)
RUN = Route(
    "POST",
    "/jobs",
    operation_id="runJob",
    summary="Run a WebAssembly job",
    description="Runs a WASI preview1 command in a confined process and signs its result. The "
    "status is 200 however the job ends. A repeated job gets the same bytes without running "
    "again; if the first request could not sign the result, the repeated one only signs it.",
    body=JobRequestBody,
    media_types=(JSON,),
    answers=(JobAnswer,),
    errors=(
        *TENANT_ERRORS,
        *JSON_ERRORS,
        *KMS_ERRORS,
        *MODULE_ERRORS,
        wire.InvalidBase64Error,
        execution.JobInFlightError,
        execution.ResultExpiredError,
        execution.UnknownModuleError,
        execution.UnsupportedRequirementError,
        execution.JobIdReusedError,
        wire.ExecutionDisabledError,
        execution.SandboxUnavailableError,
    ),
)
RESULT = Route(
    "GET",
    "/jobs/{job_id}",
    operation_id="getJob",
    summary="Fetch a job's result again",
    description="Results are kept for seven days. Another tenant's job returns 404.",
    answers=(JobAnswer,),
    errors=(
        *TENANT_ERRORS,
        execution.UnknownJobError,
        execution.JobInFlightError,
        execution.ResultExpiredError,
        wire.ExecutionDisabledError,
    ),
)
KEEP_MODULE = Route(
    "PUT",
    "/modules/{module_hash}",
    operation_id="keepModule",
    summary="Store a module",
    description="Only this tenant's jobs can use it, for thirty days after the last upload. It is "
    "compiled as well; a module that cannot be compiled is stored, and the answer says what is "
    "wrong. The type may also be application/wasm.",
    media_types=("application/wasm", "application/octet-stream"),
    answers=(ModuleAnswer,),
    errors=(
        *TENANT_ERRORS,
        *MODULE_ERRORS,
        InvalidRequestError,
        wire.UnsupportedMediaTypeError,
        wire.ExecutionDisabledError,
    ),
)
KEYS = Route(
    "GET",
    "/keys",
    operation_id="getKeys",
    summary="List the keys that sign receipts",
    description="Needs no token. Fetch a key over a channel that you trust, and pin it.",
    answers=(KeysAnswer,),
    errors=(*KMS_ERRORS, wire.InternalError),
    is_public=True,
)
#: Shorter than the five minutes after which workers take up another key.
KEYS_CACHE_CONTROL = "public, max-age=60"


class JobEndpoints:
    """Handles the routes of jobs.

    Args:
        gatekeeper: Authenticates and counts.
        service: Runs jobs.
        keys: The keys that clients pin.
    """

    def __init__(self, gatekeeper: Gatekeeper, service: JobService, keys: ReceiptKeys) -> None:
        self._gatekeeper = gatekeeper
        self._service = service
        self._keys = keys

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {RUN: self.run, RESULT: self.result, KEEP_MODULE: self.keep_module, KEYS: self.keys}

    def run(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        """Run a job: authenticate, count and claim at the same time, run, answer."""
        entry = self._gatekeeper.enter(event, record)
        try:
            with record.stopwatch.step("validate"):
                require_media_type(event.headers, RUN.media_types)
                body = read_body(JobRequestBody, entry.body, MAX_EVENT_BYTES)
                record.job_id, record.module_hash = body.job_id, body.module_hash
                requested = body.to_requested_job(entry.tenant.tenant_id, build_type_of(event))
            entry.begin()
            result = self._service.run(requested, record, entry.admitted)
        finally:
            # Whatever else is wrong with the request, a refusal by the limits comes first.
            admitted = entry.admitted()
        return result_answer(result, admitted, record)

    def result(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext, job_id: str
    ) -> Response[str]:
        """Return the result of a job again."""
        admitted = self._gatekeeper.admit(event, record)
        if not re.fullmatch(JOB_ID, job_id) or len(job_id) > MAX_JOB_ID_CHARACTERS:
            raise execution.UnknownJobError("There is no such job.")
        record.job_id = job_id
        with record.stopwatch.step("load"):
            result = self._service.result(admitted.tenant.tenant_id, job_id)
        return result_answer(result, admitted, record)

    def keep_module(
        self,
        event: APIGatewayProxyEventV2,
        record: RequestRecord,
        _: LambdaContext,
        module_hash: str,
    ) -> Response[str]:
        """Store a module for the tenant's jobs, and compile it."""
        admitted = self._gatekeeper.admit(event, record)
        with record.stopwatch.step("validate"):
            require_media_type(event.headers, KEEP_MODULE.media_types)
            if not re.fullmatch(MODULE_HASH, module_hash):
                raise InvalidRequestError(
                    f"module_hash must be {HASH_PREFIX} and 64 lower-case hexadecimal digits"
                )
            record.module_hash = module_hash
            wasm = checked_module(admitted.body, module_hash)
        with record.stopwatch.step("store"):
            self._service.keep_module(admitted.tenant.tenant_id, module_hash, wasm)
        with record.stopwatch.step("wasm"):
            came = self._service.compile_ahead(admitted.tenant.tenant_id, wasm)
        body = ModuleAnswer.of(module_hash, wasm, came)
        return json_answer(HTTPStatus.OK, body, admitted.headers())

    def keys(
        self, _event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        """Return the keys that sign receipts; needs no token."""
        with record.stopwatch.step("kms"):
            published = self._keys.published()
        body = KeysAnswer(keys=[ReceiptKeyAnswer.of(key) for key in published])
        headers = {"X-Request-ID": record.request_id, "Cache-Control": KEYS_CACHE_CONTROL}
        return json_answer(HTTPStatus.OK, body, headers)


def result_answer(result: KeptResult, admitted: Admitted, record: RequestRecord) -> Response[str]:
    """Answer with a result as it is stored."""
    headers = {**admitted.headers(), "Server-Timing": server_timing(record.stopwatch)}
    if result.is_replayed:
        record.idempotency_replayed = True
        headers["Idempotency-Replayed"] = "true"
    return Response(
        status_code=HTTPStatus.OK,
        content_type=content_types.APPLICATION_JSON,
        body=result.content.decode(),
        headers=headers,
    )
