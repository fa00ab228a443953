"""Strict JSON and base64: input that could be read in two ways is refused."""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from edge_signer.http.errors import (
    AssetTooLargeError,
    InvalidBase64Error,
    InvalidJsonError,
    RequestTooLargeError,
)
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.platform.strict_json import RepeatedNameError, object_without_repeats

#: The most that Lambda accepts; the body is a part of it.
MAX_EVENT_BYTES = 6 * 1024 * 1024
ASSET_SHA256 = "^[0-9a-f]{64}$"
INGREDIENT_ID = "^[A-Za-z0-9._-]{1,64}$"
MEDIA_TYPE = "^[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}$"
UPLOAD_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
ASSERTION_URI = r"^self#jumbf=/c2pa/[!-~]{1,200}/c2pa\.assertions/[!-.0-~]{1,200}$"
#: The meaning of patterns, in words.
_MEANINGS = {
    ASSET_SHA256: "must be 64 lower-case hexadecimal digits",
    INGREDIENT_ID: "must be 1 to 64 letters, digits, dots, hyphens or underscores",
    MEDIA_TYPE: "must be a media type in lower case, such as image/jpeg",
    UPLOAD_ID: "must be the upload_id of an answer of POST /verify/uploads",
    ASSERTION_URI: "must be the URI of an assertion, such as "
    "self#jumbf=/c2pa/urn:c2pa:.../c2pa.assertions/c2pa.metadata",
    "^[.]{0,126}[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$": (
        "must be 1 to 128 letters, digits, dots, hyphens or underscores, and not dots alone"
    ),
}

Body = TypeVar("Body", bound=BaseModel)


def read_body(kind: type[Body], body: bytes, max_bytes: int) -> Body:
    """Read a request body, as it arrived, into a model.

    Raises:
        RequestTooLargeError: It is longer than `max_bytes`.
        InvalidJsonError: Not JSON, not UTF-8, a duplicate key, or a number out of range.
        InvalidRequestError: A field is missing, wrong or unknown; the message names each.
    """
    if len(body) > max_bytes:
        raise RequestTooLargeError(f"A request has at most {max_bytes} bytes.")
    fields = read_json(body)
    if not isinstance(fields, dict):
        raise InvalidRequestError("The body must be a JSON object.")
    try:
        return kind.model_validate(fields)
    except ValidationError as refused:
        raise InvalidRequestError("; ".join(_faults(refused)[:5])) from None


def read_base64(field: str, text: str) -> bytes:
    """Decode the base64 of a field, which the message names.

    Raises:
        InvalidBase64Error: It is not base64, or not the canonical encoding of its bytes.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = None
    # Other encodings of the same bytes are refused: unused bits are zero (RFC 4648 §3.5).
    if content is None or base64.b64encode(content).decode() != text:
        raise InvalidBase64Error(f"{field} is not base64 (RFC 4648 §4, padded).")
    return content


def read_inline_asset(text: str | None, max_bytes: int, remedy: str) -> bytes | None:
    """Decode `asset_inline`.

    Args:
        text: The field; None if it is absent.
        max_bytes: The largest asset.
        remedy: What to do with a larger one instead, for the message.

    Raises:
        InvalidBase64Error: It is not base64, or not the canonical encoding of its bytes.
        InvalidRequestError: The asset is empty.
        AssetTooLargeError: It is larger than `max_bytes`.
    """
    if text is None:
        return None
    asset = read_base64("asset_inline", text)
    if not asset:
        raise InvalidRequestError("asset_inline: the asset is empty")
    if len(asset) > max_bytes:
        raise AssetTooLargeError(f"asset_inline has more than {max_bytes} bytes; {remedy} instead.")
    return asset


def read_json(body: bytes) -> Any:
    """Read JSON that every reader understands alike.

    Raises:
        InvalidJsonError: Not JSON, not UTF-8, a duplicate key, or a number out of range.
    """
    try:
        return json.loads(
            body.decode(),
            object_pairs_hook=object_without_repeats,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError:
        raise InvalidJsonError("The body is not UTF-8.") from None
    except json.JSONDecodeError as broken:
        where = f"line {broken.lineno} column {broken.colno}"
        raise InvalidJsonError(f"The body is not JSON: {broken.msg} at {where}.") from None
    except RepeatedNameError:
        raise InvalidJsonError("Duplicate key in a JSON object.") from None
    except RecursionError:
        raise InvalidJsonError("The body is nested too deeply.") from None
    except ValueError:
        raise InvalidJsonError("Integer too long.") from None


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidJsonError("Number out of range.")
    return number


def _no_constant(name: str) -> float:
    raise InvalidJsonError(f"The body is not JSON: {name} is not a number.")


def _path(location: tuple[int | str, ...]) -> str:
    """Write where a fault is, such as `jobs[3].args[0]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part[:64]}" for part in location)
    return "".join(parts).removeprefix(".")


def _faults(refused: ValidationError) -> list[str]:
    told = []
    for fault in refused.errors(include_input=False, include_url=False):
        path = _path(fault["loc"])
        pattern = fault.get("ctx", {}).get("pattern", "")
        message = _MEANINGS.get(pattern, fault["msg"].removeprefix("Value error, "))
        if path == "assertions" and fault["type"] == "dict_type":
            message = 'must be an object of content by label, such as {"c2pa.actions.v2": {...}}'
        told.append(f"{path}: {message}" if path else message)
    return told
