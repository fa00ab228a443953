"""Checks the forms with which browsers upload to S3, which moto takes whatever they say.

After "Browser-Based Uploads Using POST (AWS Signature Version 4)" of the S3 API reference: the form
holds a policy and its signature; every field has to meet a condition of the policy.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.account import SECRET_ACCESS_KEY
from emulator.aws import wsgi
from emulator.http.message import Request, Response

_ALGORITHM = "AWS4-HMAC-SHA256"
# Fields that need no condition.
_FREE = {"policy", "x-amz-signature", "file"}
_RANGE = "content-length-range"


def is_form_upload(request: Request) -> bool:
    """Tell whether a request is such a form, whose operation is PutObject."""
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    return request.method == "POST" and kind == "multipart/form-data"


def refusal(
    request: Request, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Response | None:
    """Return S3's answer to a form that it refuses; None if it takes the form.

    Args:
        request: The form.
        now: Gives the time.
    """
    try:
        _check(request, now())
    except _RefusedError as refused:
        status, code, message = refused.args
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return Response(status, (("content-type", "application/xml"),), body.encode())
    return None


class _RefusedError(Exception):
    """Status, code and message of the answer."""


def _check(request: Request, now: datetime) -> None:
    fields, file_bytes = _form(request)
    try:
        policy = json.loads(base64.b64decode(fields.get("policy", ""), validate=True))
        ends_at = datetime.fromisoformat(policy["expiration"])
        conditions = list(policy["conditions"])
    except (ValueError, KeyError, TypeError):
        raise _RefusedError(400, "InvalidPolicyDocument", "Invalid JSON.") from None
    if not _is_signed(fields):
        raise _RefusedError(403, "SignatureDoesNotMatch", "The signature does not match.")
    if ends_at <= now:
        raise _RefusedError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    bucket = request.path.strip("/")
    if unmet := _unmet({**fields, "bucket": bucket}, conditions):
        raise _RefusedError(403, "AccessDenied", f"Invalid according to Policy: {unmet}")
    for _, least, most in (one for one in conditions if _RANGE in one):
        if file_bytes < least:
            raise _RefusedError(400, "EntityTooSmall", "Your proposed upload is too small.")
        if file_bytes > most:
            raise _RefusedError(400, "EntityTooLarge", "Your proposed upload is too large.")


def _form(request: Request) -> tuple[dict[str, str], int]:
    """Return the fields by their names in lower case, and the file's length."""
    from werkzeug.formparser import parse_form_data

    _, form, files = parse_form_data(wsgi.environment(request))
    fields = {name.lower(): value for name, value in form.items()}
    if len(files) != 1 or "file" not in files:
        raise _RefusedError(400, "InvalidArgument", "A form has exactly one file.")
    return fields, len(files["file"].read())


def _is_signed(fields: Mapping[str, str]) -> bool:
    scope = fields.get("x-amz-credential", "").split("/")[1:]
    if fields.get("x-amz-algorithm") != _ALGORITHM or len(scope) != 4:
        return False
    key = f"AWS4{SECRET_ACCESS_KEY}".encode()
    for part in (*scope, fields["policy"]):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(key.hex(), fields.get("x-amz-signature", ""))


def _unmet(fields: Mapping[str, str], conditions: list[Any]) -> str:
    """Return the condition that is not met, or the field without one; empty if there is none."""
    named = set(_FREE)
    for condition in conditions:
        if isinstance(condition, dict):
            (name, wanted), *_ = condition.items()
            kind = "eq"
        elif condition[0] == _RANGE:
            continue
        else:
            kind, name, wanted = condition
        name = name.removeprefix("$").lower()
        named.add(name)
        found = fields.get(name, "")
        if not (found == wanted if kind == "eq" else found.startswith(wanted)):
            return f"Policy Condition failed: {json.dumps(condition)}"
    extra = sorted(fields.keys() - named - {"bucket"})
    return f"Extra input fields: {extra[0]}" if extra else ""
