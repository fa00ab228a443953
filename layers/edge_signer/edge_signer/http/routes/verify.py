"""POST /verify and POST /verify/uploads."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.http import errors as wire
from edge_signer.http.admission import Admitted, Gatekeeper
from edge_signer.http.application import json_answer, server_timing
from edge_signer.http.received import require_media_type, switch_of
from edge_signer.http.route import JSON, JSON_ERRORS, TENANT_ERRORS, Endpoint, Route
from edge_signer.http.routes.verify_models import (
    UploadAnswer,
    UploadRequest,
    VerifyRequest,
)
from edge_signer.http.wire_formats import MAX_EVENT_BYTES, read_body
from edge_signer.platform.deadline import Deadline
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.submissions import errors as verification
from edge_signer.verification.submissions.answer_size import report_json
from edge_signer.verification.submissions.service import VerificationService
from edge_signer.verification.submissions.uploads import MAX_UPLOAD_BYTES

VERIFY = Route(
    "POST",
    "/verify",
    operation_id="verify",
    summary="Verify an asset's Content Credentials",
    description="Judges the credentials of a file, of a file with a sidecar, or of a manifest "
    "store for a digest. The status is 200 whatever the verdict is. Nothing is fetched except, "
    "for `manifest_url`, a manifest that this deployment stores.",
    body=VerifyRequest,
    media_types=(JSON,),
    answers=(VerificationReport,),
    errors=(
        *TENANT_ERRORS,
        *JSON_ERRORS,
        wire.InvalidBase64Error,
        wire.AssetTooLargeError,
        wire.VerificationDisabledError,
        verification.UnknownUploadError,
        verification.UnknownManifestError,
        verification.UploadChangedError,
        verification.UploadTooLargeError,
        verification.VerificationTooLongError,
        verification.NoCrjsonError,
    ),
)
UPLOAD = Route(
    "POST",
    "/verify/uploads",
    operation_id="prepareUpload",
    summary="Prepare to upload a file that is to be verified",
    description="Gives a form with which to send one file to S3 within 15 minutes. Nobody but "
    "this tenant can have it verified; it is deleted after the verdict, or a day after the upload.",
    body=UploadRequest,
    media_types=(JSON,),
    answers=(UploadAnswer,),
    errors=(*TENANT_ERRORS, *JSON_ERRORS, wire.VerificationDisabledError),
)


class VerifyEndpoints:
    """Handles the routes of verification.

    Args:
        gatekeeper: Authenticates and counts.
        service: Verifies.
    """

    def __init__(self, gatekeeper: Gatekeeper, service: VerificationService) -> None:
        self._gatekeeper = gatekeeper
        self._service = service

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {VERIFY: self.verify, UPLOAD: self.prepare_upload}

    def verify(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, context: LambdaContext
    ) -> Response[str]:
        """Authenticate, count, validate, verify, answer; with `?crjson=1`, in crJSON."""
        deadline = Deadline.of(context)
        admitted = self._gatekeeper.admit(event, record)
        with record.stopwatch.step("validate"):
            require_media_type(event.headers, VERIFY.media_types)
            wants_crjson = switch_of(event.query_string_parameters, "crjson")
            body = read_body(VerifyRequest, admitted.body, MAX_EVENT_BYTES)
            submission = body.to_submission(admitted.tenant.tenant_id)
            record.asset_sha256 = body.asset_sha256
        if wants_crjson:
            found = self._service.crjson(submission, record, deadline)
        else:
            report = self._service.report(submission, record, deadline)
            record.verdict = report.verdict
            found = report_json(report)
        return _answer(found, admitted, record)

    def prepare_upload(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        """Sign a form for an upload."""
        admitted = self._gatekeeper.admit(event, record)
        with record.stopwatch.step("validate"):
            require_media_type(event.headers, UPLOAD.media_types)
            read_body(UploadRequest, admitted.body, MAX_EVENT_BYTES)
        form = self._service.new_upload(admitted.tenant.tenant_id)
        body = UploadAnswer.of(form, MAX_UPLOAD_BYTES)
        return json_answer(HTTPStatus.OK, body, admitted.headers())


def _answer(body: str, admitted: Admitted, record: RequestRecord) -> Response[str]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type=content_types.APPLICATION_JSON,
        body=body,
        headers={**admitted.headers(), "Server-Timing": server_timing(record.stopwatch)},
    )
