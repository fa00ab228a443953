"""`embed` names a place that the format has, and a size that a store can have."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from pydantic import ValidationError

from edge_signer.configuration.flags import DEFAULT_PAYLOAD_BYTES
from edge_signer.http.routes.edge_sign_models import EdgeSignRequest, EmbedRequest
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.signing.manifest.embedding import MAX_STORE_BYTES, MIN_STORE_BYTES, Embedding

PLACE: dict[str, object] = {"format": "image/jpeg", "offset": 2}


@pytest.mark.parametrize("store_bytes", [-1, 0, 8, MIN_STORE_BYTES - 1, MAX_STORE_BYTES + 1, 2.0])
def test_a_size_that_no_store_has_is_refused(store_bytes: float) -> None:
    with pytest.raises(ValidationError):
        EmbedRequest.model_validate(
            {"format": "image/jpeg", "offset": 2, "store_bytes": store_bytes}
        )


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ({"format": "text/plain", "offset": 2}, "embed.format must be one of"),
        ({"format": "video/mp4", "offset": 2, "store_bytes": 4096}, "embed.offset must be absent"),
        ({"format": "image/jpeg"}, "embed.offset is required"),
        ({"format": "application/pdf", "offset": 9}, "embed.store_bytes is required"),
    ],
)
def test_what_the_format_needs_is_named(place: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidRequestError, match=named):
        EmbedRequest.model_validate(place).to_embedding()


def test_a_manifest_that_no_request_can_embed_is_refused_without_a_size() -> None:
    refused = EmbeddedStoreTooLargeError(None)
    assert (refused.store_bytes, "sidecar" in refused.message) == (None, True)


BODY = {"policy_id": "newsroom-default-v3", "assertions": {}, "asset_sha256": "0" * 64}


def read(**changes: Any) -> EdgeSignRequest:
    body = json.dumps({**BODY, **changes}).encode()
    return read_body(EdgeSignRequest, body, DEFAULT_PAYLOAD_BYTES)


@pytest.mark.parametrize("embed", [False, 1, "true", "image/jpeg", []])
def test_what_is_neither_true_nor_a_place_is_refused_with_both(embed: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^embed: must be true, or a place such as \{"):
        read(embed=embed)


def test_a_fault_in_a_place_is_named_by_its_path() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        read(embed={"format": "image/jpeg", "offset": -1, "size": 1})
    assert "embed.offset: " in refused.value.message
    assert "embed.size: " in refused.value.message


def test_true_needs_the_asset_itself() -> None:
    with pytest.raises(InvalidRequestError, match="embed: true needs asset_inline"):
        read(embed=True).to_signing_request("acme")


def test_an_inline_asset_may_still_name_its_place() -> None:
    inline = base64.b64encode(b"asset").decode()
    place = read(asset_inline=inline, asset_sha256=None, embed=PLACE).to_signing_request("acme")
    assert place.embedding == Embedding("image/jpeg", 2, None)
