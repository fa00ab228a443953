"""GET /health?deep=1: states for everybody, details for operators; and what /health refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from platform import python_version
from typing import Any

import edge_signer
from edge_signer.health.examination import HealthReport
from edge_signer.http.admin_token import AdminTokens, offers_token
from edge_signer.http.answer_models import HealthAnswer, SigningPaths
from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.http.errors import InternalError, MethodNotAllowedError, SignerDisabledError
from edge_signer.http.request_id import request_id_of
from edge_signer.http.routes.health import ALIVE, READS, Answer, answer, method_of
from edge_signer.platform.errors import (
    EdgeSignerError,
    InvalidRequestError,
    KmsUnavailableError,
    StoreUnavailableError,
)
from edge_signer.signing.errors import CredentialUnavailableError
from edge_signer.telemetry.request_record import RequestRecord, trace_id_of
from edge_signer.telemetry.telemetry import Telemetry

PATH = "/health"
_DEEP = {"0": False, "1": True}
#: What requests to sign are refused with, by the check that stands in their way. What operators
#: want comes last: it must not hide a failure.
_REFUSED_WITH: dict[str, type[EdgeSignerError]] = {
    "tenants": StoreUnavailableError,
    "certificate": CredentialUnavailableError,
    "kms": KmsUnavailableError,
    "manifests": StoreUnavailableError,
    "flags": SignerDisabledError,
}


class FullHealth:
    """Answers /health.

    Args:
        report: Gives the report, and whether it was made just now.
        operators: Know who may see details.
        telemetry: Told of every report that is made and of every refusal. A report that is given
            again leaves no line: whoever watches asks all day.
    """

    def __init__(
        self,
        report: Callable[[], tuple[HealthReport, bool]],
        operators: AdminTokens,
        telemetry: Telemetry,
    ) -> None:
        self._report = report
        self._operators = operators
        self._telemetry = telemetry

    def __call__(self, event: Mapping[str, Any]) -> Answer:
        """Answer one event of an HTTP API (payload format 2.0)."""
        headers = event["headers"]
        record = RequestRecord(request_id_of(headers), trace_id_of(headers), route=f"GET {PATH}")
        try:
            return self._answer(event, record)
        except EdgeSignerError as refused:
            return self._refused(record, refused, refused)
        except Exception as failure:
            told = InternalError("Something failed on our side.")
            return self._refused(record, told, failure)

    def _answer(self, event: Mapping[str, Any], record: RequestRecord) -> Answer:
        sent = {"X-Request-ID": record.request_id}
        if method_of(event) not in READS:
            record.route = None
            raise MethodNotAllowedError(f"{PATH} takes GET.", allowed=READS)
        if not _wants_deep(event.get("queryStringParameters", {})):
            return answer(HTTPStatus.OK, ALIVE, sent)
        is_operator = offers_token(event["headers"])
        if is_operator:
            self._operators.require(event["headers"])
        report, is_new = self._report()
        is_impossible = report.status == "unavailable"
        status = HTTPStatus.SERVICE_UNAVAILABLE if is_impossible else HTTPStatus.OK
        if is_new:
            self._tell(report, record, status)
        return answer(status, _body(report, detailed=is_operator).to_json(), sent)

    def _tell(self, report: HealthReport, record: RequestRecord, status: int) -> None:
        record.health_status, record.health_not_ok = report.status, report.not_ok or None
        if report.status != "ok":
            record.counts[f"health_{report.status}"] += 1
        for name in ("certificate", "kms_quota"):
            if report.findings[name].state != "ok":
                record.counts[f"health_{name}"] += 1
        try:
            _require_a_way(report)
        except EdgeSignerError as impossible:
            self._telemetry.report(record, status, impossible)
        else:
            self._telemetry.report(record, status)

    def _refused(self, record: RequestRecord, told: EdgeSignerError, error: Exception) -> Answer:
        status = STATUS[type(told)]
        self._telemetry.report(record, status, error)
        headers = {"X-Request-ID": record.request_id, **error_headers(told)}
        return answer(status, error_body(told).to_json(), headers)


def _wants_deep(parameters: Mapping[str, str]) -> bool:
    unknown = sorted(parameters.keys() - {"deep"})
    if unknown:
        raise InvalidRequestError(f"{unknown[0][:64]} is no query parameter; deep is")
    value = parameters.get("deep", "0")
    if value not in _DEEP:
        raise InvalidRequestError("deep must be 0 or 1")
    return _DEEP[value]


def _body(report: HealthReport, *, detailed: bool) -> HealthAnswer:
    states = HealthAnswer(
        status=report.status,
        signing=SigningPaths(edge=report.edge, central=report.central),
        checks={name: finding.state for name, finding in report.findings.items()},
    )
    if not detailed:
        return states
    details = {name: dict(finding.details) for name, finding in report.findings.items()}
    return states.model_copy(
        update={"details": details, "versions": _versions(), "checked_at": report.checked_at}
    )


def _versions() -> dict[str, str]:
    return {
        "edge_signer": edge_signer.__version__,
        "python": python_version(),
        "wasmtime": version("wasmtime"),
    }


def _require_a_way(report: HealthReport) -> None:
    """Raise what a request to sign would be refused with, for the log, where none can be signed."""
    if report.status != "unavailable":
        return
    closing = {name for name, finding in report.findings.items() if finding.closes}
    kind = next((_REFUSED_WITH[name] for name in _REFUSED_WITH if name in closing), None)
    message = f"Nothing can be signed; not ok: {', '.join(report.not_ok)}."
    raise (kind or KmsUnavailableError)(message)
