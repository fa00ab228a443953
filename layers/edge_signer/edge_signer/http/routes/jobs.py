"""POST /jobs, GET /jobs/{job_id}, PUT /modules/{module_hash} and GET /keys."""

from __future__ import annotations

import re
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.execution.errors import UnknownJobError
from edge_signer.execution.job import HASH_PREFIX, checked_module
from edge_signer.execution.receipts.receipt_keys import ReceiptKeys
from edge_signer.execution.service import JobResultBytes, JobService
from edge_signer.http.admission import Admission, Admitted
from edge_signer.http.answers import json_answer
from edge_signer.http.application import Route
from edge_signer.http.received import require_media_type
from edge_signer.http.routes.job_models import (
    JOB_ID,
    MAX_JOB_ID_CHARACTERS,
    MAX_JOB_REQUEST_BYTES,
    MODULE_HASH,
    JobRequestBody,
    KeysAnswer,
    ModuleAnswer,
    ReceiptKeyAnswer,
)
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.telemetry.request_record import RequestRecord, Stopwatch

#: Shorter than the five minutes after which workers take up another key.
KEYS_CACHE_CONTROL = "public, max-age=60"


class JobEndpoints:
    """Answers the routes of jobs.

    Args:
        admission: Authenticates and counts.
        service: Runs jobs.
        keys: Those that clients pin.
    """

    def __init__(self, admission: Admission, service: JobService, keys: ReceiptKeys) -> None:
        self._admission = admission
        self._service = service
        self._keys = keys

    def routes(self) -> list[Route]:
        """Give the table of routes."""
        return [
            Route("/jobs", {"POST": self.run}),
            Route("/jobs/{job_id}", {"GET": self.result}),
            Route("/modules/{module_hash}", {"PUT": self.keep_module}),
            Route("/keys", {"GET": self.keys}),
        ]

    def run(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        """Authenticate, count, validate, run, answer.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        admitted = self._admission.admit(event, record)
        with record.stopwatch.step("validate"):
            require_media_type(event.headers, (content_types.APPLICATION_JSON,))
            body = read_body(JobRequestBody, admitted.body, MAX_JOB_REQUEST_BYTES)
            record.job_id, record.module_hash = body.job_id, body.module_hash
            asked = body.to_requested_job(admitted.tenant.tenant_id)
        return _result_answer(self._service.run(asked, record), admitted, record)

    def result(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext, job_id: str
    ) -> Response[str]:
        """Give a result again.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        admitted = self._admission.admit(event, record)
        if not re.fullmatch(JOB_ID, job_id) or len(job_id) > MAX_JOB_ID_CHARACTERS:
            raise UnknownJobError("There is no such job.")
        record.job_id = job_id
        with record.stopwatch.step("load"):
            content = self._service.result(admitted.tenant.tenant_id, job_id)
        return _result_answer(JobResultBytes(content, is_replayed=True), admitted, record)

    def keep_module(
        self,
        event: APIGatewayProxyEventV2,
        record: RequestRecord,
        _: LambdaContext,
        module_hash: str,
    ) -> Response[str]:
        """Keep a module for the tenant's jobs.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        admitted = self._admission.admit(event, record)
        with record.stopwatch.step("validate"):
            require_media_type(event.headers, ("application/wasm", "application/octet-stream"))
            if not re.fullmatch(MODULE_HASH, module_hash):
                raise InvalidRequestError(
                    f"module_hash must be {HASH_PREFIX} and 64 lower-case hexadecimal digits"
                )
            record.module_hash = module_hash
            wasm = checked_module(admitted.body, module_hash)
        with record.stopwatch.step("store"):
            self._service.keep_module(admitted.tenant.tenant_id, module_hash, wasm)
        body = ModuleAnswer(module_hash=module_hash, module_bytes=len(wasm))
        return json_answer(HTTPStatus.OK, body, admitted.headers())

    def keys(
        self, _event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        """Give the keys that receipts are signed with, to everybody.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        with record.stopwatch.step("kms"):
            published = self._keys.published()
        body = KeysAnswer(keys=[ReceiptKeyAnswer.of(key) for key in published])
        headers = {"X-Request-ID": record.request_id, "Cache-Control": KEYS_CACHE_CONTROL}
        return json_answer(HTTPStatus.OK, body, headers)


def _result_answer(
    found: JobResultBytes, admitted: Admitted, record: RequestRecord
) -> Response[str]:
    headers = {**admitted.headers(), "Server-Timing": _server_timing(record.stopwatch)}
    if found.is_replayed:
        record.idempotency_replayed = True
        headers["Idempotency-Replayed"] = "true"
    return Response(
        status_code=HTTPStatus.OK,
        content_type=content_types.APPLICATION_JSON,
        body=found.content.decode(),
        headers=headers,
    )


def _server_timing(stopwatch: Stopwatch) -> str:
    """The steps as browsers' tools show them (W3C Server Timing)."""
    steps = {**stopwatch.steps_ms, "total": stopwatch.total_ms}
    return ", ".join(f"{name};dur={elapsed_ms:.3f}" for name, elapsed_ms in steps.items())
