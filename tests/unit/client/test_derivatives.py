"""What the client says about a derivative, and what it takes for the original's credentials."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from edge_signer_client import AssetLayoutError, Ingredient
from edge_signer_client.derivative import history, parent_of
from edge_signer_client.reference import Reference
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg
from tests.media.sample_stores import carrying, empty_store

URL = "https://manifests.example.com/acme/id/16fd2706-8baf-433b-82eb-8c7fada847da.c2pa"
WEBP = SAMPLE_ASSETS["WebP"].content
RESIZED = "c2pa.resized.proportional"


def actions(*arguments: Any) -> list[dict[str, Any]]:
    return list(history(*arguments)["c2pa.actions.v2"]["actions"])


@pytest.mark.parametrize(
    ("original_type", "encoded"),
    [
        ("image/jpeg", "c2pa.converted"),
        ("image/webp", "c2pa.transcoded"),
        (None, "c2pa.transcoded"),
    ],
)
def test_the_original_was_opened_changed_and_encoded_again(
    original_type: str | None, encoded: str
) -> None:
    assert actions(original_type, WEBP, [RESIZED]) == [
        {"action": "c2pa.opened"},
        {"action": RESIZED},
        {"action": encoded},
    ]


def test_a_caller_may_say_how_it_was_encoded_and_add_details() -> None:
    cropped = {"action": "c2pa.cropped", "digitalSourceType": "https://example.com"}
    for encoded in ("c2pa.repackaged", "c2pa.converted", "c2pa.transcoded"):
        said = actions("image/jpeg", WEBP, [cropped, encoded])
        assert said == [{"action": "c2pa.opened"}, cropped, {"action": encoded}]


def test_a_derivative_that_cannot_be_read_is_not_described() -> None:
    with pytest.raises(AssetLayoutError):
        history("image/jpeg", b"plain text", [RESIZED])


def test_credentials_are_found_beside_the_original_in_it_or_at_its_address(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    named = io.BytesIO()
    Reference(io.BytesIO(jpeg())).write(named, URL)
    photo.write_bytes(named.getvalue())
    for original in (photo, photo.read_bytes()):
        assert parent_of(original).manifest_url == URL
    photo.write_bytes(carrying(named.getvalue(), empty_store(500)))
    for original in (photo, photo.read_bytes()):
        parent = parent_of(original)
        assert (parent.manifest_store, parent.manifest_url) == (empty_store(500), None)
        assert (parent.relationship, parent.format) == ("parentOf", "image/jpeg")
    photo.with_name("photo.jpg.c2pa").write_bytes(empty_store(300))
    assert parent_of(photo).manifest_store == empty_store(300)
    assert parent_of(photo.read_bytes()).manifest_store == empty_store(500)


def test_an_original_that_cannot_be_read_is_not_taken_for_one_without_credentials() -> None:
    for original in (b"plain text", jpeg()[:30]):
        with pytest.raises(AssetLayoutError):
            parent_of(original)


def test_an_ingredient_is_taken_as_it_is_if_it_is_the_parent() -> None:
    parent = Ingredient(relationship="parentOf", manifest_url=URL)
    assert parent_of(parent) is parent
    with pytest.raises(ValueError, match="must be parentOf, not componentOf"):
        parent_of(Ingredient(relationship="componentOf", manifest_url=URL))
