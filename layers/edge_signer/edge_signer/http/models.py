"""The bodies of POST /edge-sign as they stand on the wire."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_signer.http.errors import (
    AssetTooLargeError,
    InvalidBase64Error,
    InvalidJsonError,
    InvalidRequestError,
    RequestTooLargeError,
)
from edge_signer.platform.flags import MAX_PAYLOAD_BYTES
from edge_signer.signing.signing_request import SigningRequest

MAX_INLINE_BYTES = 32 * 1024


class EdgeSignRequest(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    asset_sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    asset_inline: str | None = None
    policy_id: str = Field(min_length=1, max_length=64)
    assertions: dict[str, Any]
    tenant_id: str | None = Field(None, min_length=1, max_length=64)
    tsa: bool | None = None

    @classmethod
    def from_body(cls, body: bytes, max_bytes: int = MAX_PAYLOAD_BYTES) -> EdgeSignRequest:
        """Read a request body.

        Args:
            body: As it came.
            max_bytes: How long it may be.

        Raises:
            RequestTooLargeError: It is longer.
            InvalidJsonError: Not JSON, not UTF-8, a key twice, or a number that JSON does not have.
            InvalidRequestError: A field is missing, wrong or unknown; the message names each.
        """
        if len(body) > max_bytes:
            raise RequestTooLargeError(f"A request has at most {max_bytes} bytes.")
        fields = _read_json(body)
        if not isinstance(fields, dict):
            raise InvalidRequestError("The body must be a JSON object.")
        try:
            return cls.model_validate(fields)
        except ValidationError as refused:
            faults = [
                f"{'.'.join(str(part)[:64] for part in fault['loc'])}: {fault['msg']}"
                for fault in refused.errors(include_input=False, include_url=False)
            ]
            raise InvalidRequestError("; ".join(faults[:5])) from None

    def to_signing_request(self, tenant_id: str) -> SigningRequest:
        """Give what the signing service takes, on behalf of an authenticated tenant.

        Raises:
            InvalidRequestError: No asset, or a digest that is not the inline asset's.
            InvalidBase64Error, AssetTooLargeError: Of `asset_inline`.
        """
        return SigningRequest(
            tenant_id=tenant_id,
            asset_sha256=self._asset_digest(),
            assertions=self.assertions,
            policy_id=self.policy_id,
            tsa=self.tsa,
        )

    def _asset_digest(self) -> bytes:
        given = bytes.fromhex(self.asset_sha256) if self.asset_sha256 else None
        if self.asset_inline is None:
            if given is None:
                raise InvalidRequestError("asset_sha256 or asset_inline is required")
            return given
        try:
            asset = base64.b64decode(self.asset_inline, validate=True)
        except (binascii.Error, ValueError):
            asset = None
        # A second spelling of the same bytes is none: unused bits are zero (RFC 4648 §3.5).
        if asset is None or base64.b64encode(asset).decode() != self.asset_inline:
            raise InvalidBase64Error("asset_inline is not base64 (RFC 4648 §4, padded).")
        if not asset:
            raise InvalidRequestError("asset_inline: the asset is empty")
        if len(asset) > MAX_INLINE_BYTES:
            raise AssetTooLargeError(
                f"asset_inline has more than {MAX_INLINE_BYTES} bytes; send asset_sha256 instead."
            )
        digest = hashlib.sha256(asset).digest()
        if given is not None and given != digest:
            raise InvalidRequestError("asset_sha256 is not the digest of asset_inline")
        return digest


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode(),
            object_pairs_hook=_object_without_repeats,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError:
        raise InvalidJsonError("The body is not UTF-8.") from None
    except json.JSONDecodeError as broken:
        where = f"line {broken.lineno} column {broken.colno}"
        raise InvalidJsonError(f"The body is not JSON: {broken.msg} at {where}.") from None
    except RecursionError:
        raise InvalidJsonError("The body is nested too deeply.") from None
    except ValueError:
        raise InvalidJsonError("The body holds an integer that is too long.") from None


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise InvalidJsonError(
            "The body is not JSON that all read alike: an object has a key twice."
        )
    return content


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidJsonError("The body holds a number that no reader can hold.")
    return number


def _no_constant(name: str) -> float:
    raise InvalidJsonError(f"The body is not JSON: {name} is no number.")
