"""The CDN: serves stored manifests and time-stamps at their public address.

`GET|HEAD /manifests/<tenant>/sha256/<64 hex>.c2pa`, `…/sha256/<64 hex>.embedded.c2pa`,
`…/id/<UUID>.c2pa` or `…/tsa/<serial>.tsr`; `?versionId=` for an older one.
"""

import asyncio
import re
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from emulator.account import sdk_client
from emulator.http.message import Request, Response, json_response
from emulator.local_state import MANIFESTS_PATH

_KEY = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}/"
    r"(sha256/[0-9a-f]{64}(\.embedded)?\.c2pa|id/[0-9a-f-]{36}\.c2pa|tsa/[0-9]{1,49}\.tsr)"
)
_ABSENT = ("NoSuchKey", "NoSuchVersion", "InvalidArgument")
_NOT_FOUND = json_response(
    404, b'{"error":"Not found","message":"There is no such manifest","code":"NOT_FOUND"}'
)
_ORIGIN_FAILED = json_response(
    503, b'{"error":"Store unavailable","message":"S3 failed","code":"STORE_UNAVAILABLE"}'
)
_WRONG_METHOD = json_response(
    405,
    b'{"error":"Method not allowed","message":"Manifests can be read","code":"METHOD_NOT_ALLOWED"}',
    (("allow", "GET, HEAD"),),
)


class ManifestCdn:
    """Serves the manifest bucket.

    Args:
        bucket: The bucket's name.
        aws_endpoint: The URL at which S3 answers.
    """

    def __init__(self, bucket: str, aws_endpoint: str) -> None:
        self._bucket = bucket
        self._aws_endpoint = aws_endpoint

    async def handle(self, request: Request) -> Response:
        """Answer a request whose path begins with the prefix."""
        if request.method not in ("GET", "HEAD"):
            return _WRONG_METHOD
        key = request.path.removeprefix(MANIFESTS_PATH)
        if not _KEY.fullmatch(key):
            return _NOT_FOUND
        version = parse_qs(request.query).get("versionId", [""])[0]
        known = request.header("if-none-match")
        return await asyncio.to_thread(self._answer, key, version, known)

    @cached_property
    def _s3(self) -> Any:
        return sdk_client("s3", self._aws_endpoint)

    def _answer(self, key: str, version: str, if_none_match: str | None) -> Response:
        from botocore.exceptions import ClientError

        wanted = {"VersionId": version} if version else {}
        try:
            stored = self._s3.get_object(Bucket=self._bucket, Key=key, **wanted)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            return _NOT_FOUND if code in _ABSENT else _ORIGIN_FAILED
        body = stored["Body"].read()
        headers = [
            ("etag", stored["ETag"]),
            ("access-control-allow-origin", "*"),
            ("x-amz-version-id", stored.get("VersionId", "null")),
        ]
        if "CacheControl" in stored:
            headers.append(("cache-control", stored["CacheControl"]))
        if _matches(if_none_match, stored["ETag"]):
            return Response(304, tuple(headers))
        return Response(200, (("content-type", stored["ContentType"]), *headers), body)


def _matches(if_none_match: str | None, etag: str) -> bool:
    """Compare weakly, as RFC 9110 section 13.1.2 requires for If-None-Match."""
    if if_none_match is None:
        return False
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in known or etag in known
