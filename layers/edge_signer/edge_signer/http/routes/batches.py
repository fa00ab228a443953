"""POST /jobs/batch."""

from __future__ import annotations

import re
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from edge_signer.execution.batch import MAX_JOBS, RequestedBatch
from edge_signer.execution.batch_service import BatchService
from edge_signer.execution.job import RequestedJob
from edge_signer.execution.receipts.batch_answer import BatchAnswer
from edge_signer.execution.receipts.build_type import PATH
from edge_signer.http.admission import Gatekeeper
from edge_signer.http.received import require_media_type
from edge_signer.http.route import JSON, Endpoint, Route
from edge_signer.http.routes.build_types import build_type_of
from edge_signer.http.routes.job_models import (
    JOB_ID,
    MAX_JOB_ID_CHARACTERS,
    JobRequestBody,
    Sent,
)
from edge_signer.http.routes.jobs import RUN, result_answer
from edge_signer.http.wire_formats import MAX_EVENT_BYTES, read_body
from edge_signer.platform.errors import EdgeSignerError, InvalidRequestError
from edge_signer.telemetry.request_record import RequestRecord

# What the message of a refused job may begin with.
_FIELD = re.compile("(args|env|module_hash|requirements|stdin|wasm_bytes)[^ ]* ")


class BatchRequestBody(Sent):
    """Jobs to run together; a module that comes with one serves all that name it."""

    batch_id: Annotated[
        str,
        Field(
            pattern=JOB_ID,
            max_length=MAX_JOB_ID_CHARACTERS,
            description="The client's name for the batch, such as a UUID. Keep it for retries.",
        ),
    ]
    jobs: Annotated[
        list[JobRequestBody],
        Field(min_length=1, max_length=MAX_JOBS, description="In the order in which they run."),
    ]

    def to_requested_batch(self, tenant_id: str, build_type: str) -> RequestedBatch:
        """Return the batch for the service, on behalf of an authenticated tenant.

        Args:
            tenant_id: The tenant.
            build_type: Address of the document that explains the attestations.

        Raises:
            EdgeSignerError: As by `JobRequestBody.to_requested_job`; the message names the job.
        """
        jobs = tuple(
            _requested_job(position, job, tenant_id, build_type)
            for position, job in enumerate(self.jobs)
        )
        try:
            return RequestedBatch(tenant_id, self.batch_id, jobs)
        except ValueError as refused:
            raise InvalidRequestError(str(refused)) from None


RUN_BATCH = Route(
    "POST",
    "/jobs/batch",
    operation_id="runBatch",
    summary="Run up to 100 jobs and sign them once",
    description="Runs the jobs one after another and signs the root of a Merkle tree of their "
    "statements; each result has its inclusion proof. A job that the batch has no time for has the "
    "status `not_run` and no proof. The batch counts as one running job. A repeated batch gets the "
    "same bytes without running again.",
    body=BatchRequestBody,
    media_types=(JSON,),
    answers=(BatchAnswer,),
    errors=RUN.errors,
)


class BatchEndpoints:
    """Handles the route of batches.

    Args:
        gatekeeper: Authenticates and counts.
        service: Runs batches.
    """

    def __init__(self, gatekeeper: Gatekeeper, service: BatchService) -> None:
        self._gatekeeper = gatekeeper
        self._service = service

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {RUN_BATCH: self.run}

    def run(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        """Run a batch: authenticate, count, validate, run, answer."""
        admitted = self._gatekeeper.admit(event, record)
        with record.stopwatch.step("validate"):
            require_media_type(event.headers, RUN_BATCH.media_types)
            body = read_body(BatchRequestBody, admitted.body, MAX_EVENT_BYTES)
            record.batch_id = body.batch_id
            build_type = build_type_of(event)
            requested = body.to_requested_batch(admitted.tenant.tenant_id, build_type)
        # The deployment, without the scheme.
        service = build_type.partition("://")[2].removesuffix(PATH)
        result = self._service.run(requested, service, record)
        return result_answer(result, admitted, record)


def _requested_job(
    position: int, job: JobRequestBody, tenant_id: str, build_type: str
) -> RequestedJob:
    try:
        return job.to_requested_job(tenant_id, build_type)
    except EdgeSignerError as refused:
        joint = "." if _FIELD.match(refused.message) else ": "
        raise type(refused)(f"jobs[{position}]{joint}{refused.message}") from None
