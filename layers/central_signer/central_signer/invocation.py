"""Answers Lambda events according to the contract with the edge."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from central_signer.service import CentralSigningService
from edge_signer.platform.errors import EdgeSignerError, InvalidRequestError
from edge_signer.signing.central_signer import (
    CentralAnswer,
    CentralFault,
    CentralRefusal,
    CentralRequest,
)
from edge_signer.signing.rules.strict_content import first_fault
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.telemetry.telemetry import Telemetry

# For events that are not requests.
_NO_REQUEST_ID = "00000000-0000-0000-0000-000000000000"


class Invocation:
    """Answers events. Errors outside the catalogue are raised, so that Lambda reports them.

    Args:
        service: Signs.
        telemetry: Reports every event.
        status_of: The HTTP status of each error, for the log line.
    """

    def __init__(
        self,
        service: CentralSigningService,
        telemetry: Telemetry,
        status_of: Mapping[type[EdgeSignerError], int],
    ) -> None:
        self._service = service
        self._telemetry = telemetry
        self._status_of = status_of

    def __call__(self, event: Any) -> dict[str, Any]:
        """Answer one event with a CentralAnswer or a CentralRefusal, as JSON."""
        record = RequestRecord(_NO_REQUEST_ID)
        try:
            request = _request(event)
            record.request_id, record.tenant_id = request.request_id, request.tenant_id
            record.asset_sha256 = request.asset_sha256
            signed = self._service.sign(request, record)
        except EdgeSignerError as refused:
            self._telemetry.report(record, self._status_of[type(refused)], refused)
            fault = CentralFault(
                code=refused.code, message=refused.message, retry_after=refused.retry_after_s
            )
            return CentralRefusal(error=fault).model_dump(exclude_none=True)
        except Exception as failure:
            self._telemetry.report(record, HTTPStatus.INTERNAL_SERVER_ERROR, failure)
            raise
        timings = {**record.stopwatch.steps_ms, "total": record.stopwatch.total_ms}
        answer = CentralAnswer(
            manifest=base64.b64encode(signed.manifest_store).decode(),
            kms_key_id=signed.kms_key_id,
            alg=signed.algorithm,
            timings={name: round(elapsed_ms, 3) for name, elapsed_ms in timings.items()},
        )
        self._telemetry.report(record, HTTPStatus.OK)
        return answer.model_dump()


def _request(event: Any) -> CentralRequest:
    try:
        return CentralRequest.model_validate(event)
    except ValidationError as invalid:
        raise InvalidRequestError(first_fault(invalid, "event")) from None
