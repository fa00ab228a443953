"""`embed` names a place that the format has, and a size that a store can have."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from edge_signer.http.routes.edge_sign_models import EmbedRequest
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.signing.manifest.embedding import MAX_STORE_BYTES, MIN_STORE_BYTES

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
