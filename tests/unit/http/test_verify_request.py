"""The body of POST /verify: what is handed in, and what is said about other bodies."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from edge_signer.http.errors import AssetTooLargeError, InvalidBase64Error, RequestTooLargeError
from edge_signer.http.routes.verify_models import (
    MAX_INLINE_BYTES,
    VerifyRequest,
)
from edge_signer.http.wire_formats import MAX_EVENT_BYTES, read_body
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.verification.submissions.submission import Submission

DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
UPLOAD = "0e7bdf0d-6f0a-4f8c-8d2d-2f3c1c1b3a55"
URL = "https://manifests.example.com/acme/sha256/x.c2pa"
PNG = {"asset_inline": "iVBO", "media_type": "image/png"}
STORE = base64.b64encode(b"store").decode()


def handed_in(**fields: Any) -> Submission:
    body = json.dumps(fields).encode()
    return read_body(VerifyRequest, body, MAX_EVENT_BYTES).to_submission("acme")


def test_an_asset_comes_in_the_request_as_an_upload_or_as_a_digest() -> None:
    png: dict[str, Any] = {"tenant_id": "acme", "media_type": "image/png"}
    assert handed_in(**PNG) == Submission(**png, asset=base64.b64decode("iVBO"))
    uploaded = handed_in(upload_id=UPLOAD, media_type="image/png", manifest=STORE)
    assert uploaded == Submission(**png, upload_id=UPLOAD, manifest=b"store")
    digest = handed_in(asset_sha256=DIGEST, manifest_url=URL)
    sha256 = bytes.fromhex(DIGEST)
    assert digest == Submission(tenant_id="acme", asset_sha256=sha256, manifest_url=URL)
    inside = handed_in(
        asset_sha256=DIGEST, manifest=STORE, store_range={"offset": 20, "length": 2583}
    )
    known: dict[str, Any] = {"tenant_id": "acme", "asset_sha256": sha256}
    assert inside == Submission(**known, store_range=(20, 2583), manifest=b"store")


ONE_ASSET = "send exactly one of asset_inline, upload_id and asset_sha256"
RANGE = {"offset": 20, "length": 2583}
RANGE_GOES_WITH = "store_range goes with asset_sha256 and manifest only"
MEDIA_TYPE = "media_type is required with asset_inline and upload_id"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, ONE_ASSET),
        ({"media_type": "image/png", "manifest": STORE}, ONE_ASSET),
        ({**PNG, "upload_id": UPLOAD}, ONE_ASSET),
        ({**PNG, "asset_sha256": DIGEST}, ONE_ASSET),
        ({**PNG, "manifest": STORE, "manifest_url": URL}, "send either manifest or manifest_url"),
        ({"asset_inline": "iVBO"}, MEDIA_TYPE),
        ({"upload_id": UPLOAD}, MEDIA_TYPE),
        ({"asset_sha256": DIGEST}, "manifest or manifest_url is required with asset_sha256"),
        (
            {"asset_sha256": DIGEST, "manifest": STORE, "media_type": "image/png"},
            "media_type must be absent with asset_sha256",
        ),
        ({**PNG, "asset_inline": ""}, "asset_inline: the asset is empty"),
        ({**PNG, "manifest": ""}, "manifest: the manifest store is empty"),
        ({**PNG, "media_type": "png"}, "media_type: "),
        ({**PNG, "media_type": "image/png; charset=x"}, "media_type: "),
        ({**PNG, "media_type": "IMAGE/PNG"}, "media_type: "),
        ({"upload_id": "../other", "media_type": "image/png"}, "upload_id: "),
        ({"upload_id": UPLOAD.upper(), "media_type": "image/png"}, "upload_id: "),
        ({"upload_id": f"{UPLOAD}\n", "media_type": "image/png"}, "upload_id: "),
        ({"asset_sha256": DIGEST.upper(), "manifest": STORE}, "asset_sha256: must be 64 lower"),
        ({"asset_sha256": DIGEST, "manifest_url": "x" * 2049}, "manifest_url: "),
        ({"asset_sha256": DIGEST, "manifest_url": 5}, "manifest_url: "),
        ({**PNG, "tenant_id": "other"}, "tenant_id: "),
        ({**PNG, "manifest": STORE, "store_range": RANGE}, RANGE_GOES_WITH),
        ({"asset_sha256": DIGEST, "manifest_url": URL, "store_range": RANGE}, RANGE_GOES_WITH),
        (
            {"asset_sha256": DIGEST, "manifest": STORE, "store_range": {**RANGE, "length": 0}},
            "store_range.length: ",
        ),
    ],
)
def test_a_refusal_names_the_field_and_the_remedy(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        handed_in(**fields)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("field", ["asset_inline", "manifest"])
def test_what_is_not_base64_is_refused(field: str) -> None:
    with pytest.raises(InvalidBase64Error, match=f"{field} is not base64"):
        handed_in(**{**PNG, field: "***"})


def test_an_asset_that_is_too_large_is_to_be_uploaded() -> None:
    largest = base64.b64encode(bytes(MAX_INLINE_BYTES)).decode()
    asset = handed_in(asset_inline=largest, media_type="image/png").asset
    assert asset is not None
    assert len(asset) == MAX_INLINE_BYTES
    too_large = base64.b64encode(bytes(MAX_INLINE_BYTES + 1)).decode()
    with pytest.raises(AssetTooLargeError, match="POST /verify/uploads"):
        handed_in(asset_inline=too_large, media_type="image/png")
    with pytest.raises(RequestTooLargeError):
        handed_in(**PNG, manifest="A" * MAX_EVENT_BYTES)
