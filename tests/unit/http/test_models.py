"""Request bodies: what is read, and what is said about what is not."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from edge_signer.configuration.flags import DEFAULT_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES
from edge_signer.http.errors import (
    AssetTooLargeError,
    InvalidBase64Error,
    InvalidJsonError,
    RequestTooLargeError,
)
from edge_signer.http.routes.edge_sign_models import (
    DEFAULT_INLINE_BYTES,
    EdgeSignRequest,
    max_inline_bytes,
)
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.errors import InvalidRequestError


def _read(body: bytes) -> EdgeSignRequest:
    return read_body(EdgeSignRequest, body, DEFAULT_PAYLOAD_BYTES)


DIGEST = hashlib.sha256(b"asset").hexdigest()
BODY = {"asset_sha256": DIGEST, "policy_id": "newsroom-default-v3", "assertions": {}}


def encoded(**changes: Any) -> bytes:
    return json.dumps({**BODY, **changes}).encode()


def asset_digest(**changes: Any) -> bytes:
    return _read(encoded(**changes)).to_signing_request("acme").asset_sha256


def test_an_asset_may_come_as_its_digest_or_whole_or_both() -> None:
    inline = base64.b64encode(b"asset").decode()
    assert asset_digest().hex() == DIGEST
    assert asset_digest(asset_inline=inline).hex() == DIGEST
    assert asset_digest(asset_inline=inline, asset_sha256=None).hex() == DIGEST


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":1e400}',
        b'{"a":1,"a":2}',
        b"[" * 100_00,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_json_is_invalid_json(body: bytes) -> None:
    with pytest.raises(InvalidJsonError):
        _read(body)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no asset": ({"asset_sha256": None}, "asset_sha256 or asset_inline is required"),
    "upper case": ({"asset_sha256": DIGEST.upper()}, "asset_sha256"),
    "a newline": ({"asset_sha256": DIGEST + "\n"}, "asset_sha256"),
    "no policy": ({"policy_id": None}, "policy_id"),
    "assertions as list": ({"assertions": []}, "assertions"),
    "tsa as text": ({"tsa": "true"}, "tsa"),
    "an empty title": ({"title": ""}, "title"),
    "a title that is too long": ({"title": "x" * 257}, "title"),
    "half of a surrogate pair as title": ({"title": "\ud83d"}, "title"),
    "an unknown field": ({"asset_sha265": DIGEST}, "asset_sha265"),
    "a digest of something else": (
        {"asset_inline": base64.b64encode(b"other").decode()},
        "asset_sha256 is not the digest of asset_inline",
    ),
    "an empty asset": ({"asset_inline": "", "asset_sha256": None}, "asset_inline"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_field_is_named(case: str) -> None:
    changes, message = WRONG[case]
    with pytest.raises(InvalidRequestError) as refused:
        asset_digest(**changes)
    assert message in refused.value.message


def test_whether_a_time_stamp_is_wanted_may_be_left_open() -> None:
    def wanted(**changes: Any) -> bool | None:
        return _read(encoded(**changes)).to_signing_request("acme").tsa

    assert [wanted(), wanted(tsa=None), wanted(tsa=True), wanted(tsa=False)] == [
        *(None, None, True, False)
    ]


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        _read(b"[]")


@pytest.mark.parametrize("inline", ["a", "a===", "ä", "YQ==\n", "Y Q==", "YR=="])
def test_what_is_not_base64_is_invalid_base64(inline: str) -> None:
    with pytest.raises(InvalidBase64Error):
        asset_digest(asset_inline=inline)


def test_the_limits_are_the_last_values_that_pass() -> None:
    largest = base64.b64encode(bytes(DEFAULT_INLINE_BYTES)).decode()
    assert asset_digest(asset_inline=largest, asset_sha256=None)
    with pytest.raises(AssetTooLargeError):
        asset_digest(asset_inline=base64.b64encode(bytes(DEFAULT_INLINE_BYTES + 1)).decode())
    padding = DEFAULT_PAYLOAD_BYTES - len(encoded())
    _read(encoded() + b" " * padding)
    with pytest.raises(RequestTooLargeError):
        _read(encoded() + b" " * (padding + 1))


@pytest.mark.parametrize(
    ("payload_bytes", "inline_bytes"),
    [(1024, 32_768), (65_536, 32_768), (100_000, 58_616), (MAX_PAYLOAD_BYTES, 4_483_616)],
)
def test_the_limit_of_an_inline_asset_follows_from_that_of_the_body(
    payload_bytes: int, inline_bytes: int
) -> None:
    assert max_inline_bytes(payload_bytes) == inline_bytes
    # What is left of the body holds more than can be signed.
    assert payload_bytes < DEFAULT_PAYLOAD_BYTES or (
        payload_bytes - len(base64.b64encode(bytes(inline_bytes))) > 16 * 1024
    )


@pytest.mark.parametrize("payload_bytes", [100_000, MAX_PAYLOAD_BYTES])
def test_a_larger_asset_is_taken_where_the_limit_is_raised(payload_bytes: int) -> None:
    limit_bytes = max_inline_bytes(payload_bytes)
    largest, larger = (
        base64.b64encode(bytes(length)).decode() for length in (limit_bytes, limit_bytes + 1)
    )

    def read(inline: str) -> EdgeSignRequest:
        body = encoded(asset_inline=inline, asset_sha256=None)
        return read_body(EdgeSignRequest, body, payload_bytes)

    assert read(largest).to_signing_request("acme", limit_bytes)
    with pytest.raises(AssetTooLargeError, match=str(limit_bytes)):
        read(larger).to_signing_request("acme", limit_bytes)


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        (
            {"asset_sha256": DIGEST.upper()},
            "asset_sha256: must be 64 lower-case hexadecimal digits",
        ),
        (
            {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": []}}]},
            'assertions: must be an object of content by label, such as {"c2pa.actions.v2": {...}}',
        ),
    ],
)
def test_a_form_of_other_tools_is_refused_with_ours(changes: dict[str, Any], remedy: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        _read(encoded(**changes))
    assert refused.value.message == remedy
