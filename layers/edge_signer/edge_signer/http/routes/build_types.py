"""GET /build-types/wasi-preview1-job/v1: what the attestation of a job means."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from edge_signer.execution.receipts.build_type import PATH, build_type_at
from edge_signer.http import errors as wire
from edge_signer.http.answers import AnswerBody
from edge_signer.http.application import json_answer
from edge_signer.http.route import Endpoint, Route
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.telemetry.request_record import RequestRecord

#: The document changes only with its version.
CACHE_CONTROL = "public, max-age=86400"


class BuildTypeAnswer(AnswerBody):
    """What the attestation of a job means, by the names of SLSA provenance v1."""

    description: Annotated[str, Field(description="What the runner does.")]
    external_parameters: Annotated[dict[str, str], Field(description="What the client chose.")]
    internal_parameters: Annotated[dict[str, str], Field(description="What the runner chose.")]
    resolved_dependencies: Annotated[dict[str, str], Field(description="What ran.")]
    builder: Annotated[dict[str, str], Field(description="What ran it.")]
    byproducts: Annotated[dict[str, str], Field(description="How it ended.")]
    subject: Annotated[dict[str, str], Field(description="What it wrote.")]
    verification: Annotated[list[str], Field(description="How to verify it, step by step.")]


BUILD_TYPE = Route(
    "GET",
    PATH,
    operation_id="getBuildType",
    summary="Explain the attestation of a job",
    description="`buildType` of attestations is the address of this document at the deployment "
    "that ran the job. Needs no token.",
    answers=(BuildTypeAnswer,),
    errors=(wire.InternalError,),
    is_public=True,
)
_DOCUMENT = BuildTypeAnswer(
    description="Runs a WASI preview1 command in a confined process, without network or files, "
    "and signs digests of what went in and what came out.",
    external_parameters={
        "argsCount": "Number of arguments after argv[0].",
        "argsSha256": "SHA-256 of the arguments as a list in canonical JSON (RFC 8785).",
        "stdinSha256": "SHA-256 of the standard input; of nothing if there was none.",
        "envCount": "Number of environment variables; absent without any.",
        "envSha256": "SHA-256 of the variables as an object in canonical JSON (RFC 8785).",
    },
    internal_parameters={
        "limits": "The limits that were in effect: cpu_cores, memory_mb, timeout_seconds, "
        "output_bytes of each stream and, if it is counted, fuel.",
    },
    resolved_dependencies={"module": "SHA-256 of the WebAssembly module."},
    builder={
        "id": "The kind of runner. The key of the signature tells which one.",
        "version": "The releases of the runner, edge-signer, and of wasmtime.",
    },
    byproducts={
        "content": "The signed text of the receipt v0.1, in base64; digest is its SHA-256. It "
        "has the wall time in milliseconds, without compiling.",
        "status": "Why the job ended; ok if the module ended by itself.",
        "exitCode": "The module's own after ok, otherwise above 125.",
        "guestExitCode": "What the module exited with, if its code is above 125.",
        "fuelUsed": "wasmtime's count of operations; absent if it is not known.",
        "compileTimeMs": "How long the module was compiled for this job, in milliseconds; absent "
        "if it was compiled before.",
    },
    subject={"stdout": "SHA-256 of standard output.", "stderr": "SHA-256 of standard error."},
    verification=[
        "Get the Ed25519 key of the signer over a channel that you trust, and pin it.",
        "Verify the signature of the DSSE envelope over its pre-authentication encoding.",
        "Compare the digests of stdout and stderr with those of the answer.",
        "Compare module, arguments, standard input and variables with those of your request: "
        "without them, the attestation proves the output but not what it was made from.",
    ],
)


def build_type_of(event: APIGatewayProxyEventV2) -> str:
    """Return the address of the document at the deployment that serves a request.

    Raises:
        InvalidRequestError: The request names no host. API Gateway passes on none of these.
    """
    context = event.request_context
    address = build_type_at(context.domain_name, context.stage)
    if address is None:
        raise InvalidRequestError("the Host header must be the name of this deployment's host")
    return address


def build_type_routes() -> dict[Route, Endpoint]:
    """Return the table of the route."""
    return {BUILD_TYPE: _explain}


def _explain(
    _event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
) -> Response[str]:
    headers = {"X-Request-ID": record.request_id, "Cache-Control": CACHE_CONTROL}
    return json_answer(HTTPStatus.OK, _DOCUMENT, headers)
