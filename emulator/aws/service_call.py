"""Identifies the AWS service and operation of a request, and builds Lambda's errors."""

import json
import re
from collections.abc import Set
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from urllib.parse import parse_qsl
from uuid import uuid4

from emulator.aws.form_upload import is_form_upload
from emulator.http.message import Request, Response, json_response

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class ServiceCall:
    """One call, in the names that the services' API references use.

    Attributes:
        service: For instance kms.
        operation: For instance Sign.
        json_version: 1.0 or 1.1 for the JSON protocols, None for S3's XML, for time-stamps and for
            Lambda, whose operations are paths.
        region: The region in the signature; empty if unsigned. It is not compared.
    """

    service: str
    operation: str
    json_version: str | None
    region: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


#: Runs a function.
INVOKE = ServiceCall("lambda", "Invoke", None)


def lambda_error(status: int, code: str, message: str) -> Response:
    """Return an error in the form of Lambda's API: REST with JSON, the code in a header."""
    body = {"Type": "User" if status < 500 else "Service", "message": message}
    headers = (("x-amzn-errortype", code), ("x-amzn-requestid", str(uuid4())))
    return json_response(status, json.dumps(body).encode(), headers)


def identify(request: Request) -> ServiceCall:
    """Return the operation of a request.

    Service and region come from the signature's scope; the operation from X-Amz-Target or, for S3,
    from method, path and query as in S3's service model.
    """
    signature = _CREDENTIAL.search(request.header("authorization") or "")
    region, service = signature.groups() if signature else ("", "s3")
    target = request.header("x-amz-target")
    if target is not None:
        content_type = request.header("content-type") or ""
        version = "1.0" if content_type.endswith("1.0") else "1.1"
        return ServiceCall(service, target.rpartition(".")[2], version, region)
    if service == INVOKE.service and request.path.endswith("/invocations"):
        return replace(INVOKE, region=region)
    if is_form_upload(request):
        return ServiceCall("s3", "PutObject", None, region)
    depth = min(2, len([part for part in request.path.split("/", 2) if part]))
    query = frozenset(name for name, _ in parse_qsl(request.query, keep_blank_values=True))
    headers = frozenset(name for name, _ in request.headers if name.startswith("x-amz-copy"))
    return ServiceCall("s3", _s3_operation(request.method, depth, query, headers), None, region)


@lru_cache(maxsize=512)
def _s3_operation(method: str, depth: int, query: frozenset[str], headers: frozenset[str]) -> str:
    """Find the operation that requires the most of what is present, and nothing else."""
    fitting = [
        shape
        for shape in _s3_shapes()
        if shape.method == method
        and shape.depth == depth
        and shape.query <= query
        and shape.headers <= headers
    ]
    # ListObjectsV2 and ListObjects, for instance, differ in one query parameter. If nothing
    # distinguishes two, the shorter name is the plain one (GetObject, not GetObjectTorrent).
    fitting.sort(key=lambda shape: (-len(shape.query | shape.headers), len(shape.name)))
    return fitting[0].name if fitting else "Unknown"


@dataclass(frozen=True)
class _Shape:
    name: str
    method: str
    depth: int
    query: Set[str]
    headers: Set[str]


@cache
def _s3_shapes() -> list[_Shape]:
    from botocore.loaders import Loader

    model = Loader().load_service_model("s3", "service-2")
    shapes = []
    for name, operation in model["operations"].items():
        path, _, fixed_query = operation["http"]["requestUri"].partition("?")
        query = {key for key, _ in parse_qsl(fixed_query, keep_blank_values=True)}
        headers = set()
        required = model["shapes"].get(operation.get("input", {}).get("shape"), {})
        for member in required.get("required", ()):
            where = required["members"][member]
            if where.get("location") == "querystring":
                query.add(where["locationName"])
            elif where.get("location") == "header":
                headers.add(where["locationName"].lower())
        depth = len([part for part in path.split("/") if part])
        shapes.append(_Shape(name, operation["http"]["method"], depth, query, headers))
    return shapes
