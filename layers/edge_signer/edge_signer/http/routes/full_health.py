"""GET /health?deep=1: states for all, details for operators; and the errors of /health."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from platform import python_version
from typing import Any

import edge_signer
from edge_signer.health.examination import HealthReport
from edge_signer.http.admin_token import AdminTokens, offers_token
from edge_signer.http.answers import HealthAnswer, SigningPaths
from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.http.errors import (
    InternalError,
    MethodNotAllowedError,
    SignerDisabledError,
    UnauthenticatedError,
)
from edge_signer.http.received import request_id_of, switch_of
from edge_signer.http.route import Route
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

HEALTH = Route(
    "GET",
    "/health",
    operation_id="health",
    summary="Check whether the deployment runs and can sign",
    description="Without deep=1, which is meant for load balancers, only the function itself is "
    "checked. Only the details need a token.",
    answers=(HealthAnswer,),
    errors=(InvalidRequestError, UnauthenticatedError, InternalError),
    is_public=True,
)
#: The error of signing requests, by the check that fails. Switches of operators come last: they
#: must not hide a failure.
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
        report: Gives the report, and whether it is new.
        operators: Authenticates operators, who may see details.
        telemetry: Reports new health reports and refusals. Cached reports are not logged: monitors
            ask all day.
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
        record = RequestRecord(request_id_of(headers), trace_id_of(headers), route=HEALTH.key)
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
            raise MethodNotAllowedError(f"{HEALTH.path} takes GET.", allowed=READS)
        if not switch_of(event.get("queryStringParameters", {}), "deep"):
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
    """Raise the error that signing requests get, for the log, if nothing can be signed."""
    if report.status != "unavailable":
        return
    closing = {name for name, finding in report.findings.items() if finding.closes}
    kind = next((_REFUSED_WITH[name] for name in _REFUSED_WITH if name in closing), None)
    message = f"Nothing can be signed; not ok: {', '.join(report.not_ok)}."
    raise (kind or KmsUnavailableError)(message)
