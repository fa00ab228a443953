"""A signed file, judged by its store and a digest alone: what a page sends of a file it keeps."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer_client.embedded_store import embedded_store
from edge_signer_client.embedding import AssetLayout
from tests.judges.own_validator import trusting, validated
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

# The store of a PDF cannot be replaced, so that its place is not known to clients.
FORMATS = [name for name in SAMPLE_ASSETS if name not in {"plain text", "PDF"}]
Judged = tuple[str, str | None]


def sent_of(signed: bytes) -> tuple[bytes, AssetContent]:
    """The store, and what is known of the rest."""
    store = embedded_store(io.BytesIO(signed)).manifest_store
    assert store is not None
    layout = AssetLayout(io.BytesIO(signed), len(store), replace=True)
    digest = bytes.fromhex(layout.write(io.BytesIO()))
    return store, AssetContent(sha256=digest, store_range=(layout.hole_offset, layout.hole_bytes))


def judged(workshop: Workshop, store: bytes, content: AssetContent) -> Judged:
    found = validated(store, content, trusting(workshop))
    return found.hard_binding, found.verdict


@pytest.mark.parametrize("name", FORMATS)
def test_a_digest_tells_whether_a_signed_file_was_changed(workshop: Workshop, name: str) -> None:
    _, signed = embedded(workshop, SAMPLE_ASSETS[name].content)
    store, content = sent_of(signed)
    assert judged(workshop, store, content) == ("passed", "Trusted")
    other = replace(content, sha256=bytes(32))
    assert judged(workshop, store, other) == ("failed", "Invalid")


@pytest.mark.parametrize("name", ["JPEG", "WAV"])
def test_a_digest_that_leaves_out_more_decides_nothing(workshop: Workshop, name: str) -> None:
    _, signed = embedded(workshop, SAMPLE_ASSETS[name].content)
    store, content = sent_of(signed)
    assert content.store_range is not None
    offset, length = content.store_range
    for store_range in ((offset, length + 1), (offset - 1, length), (0, len(signed))):
        other = replace(content, store_range=store_range)
        assert judged(workshop, store, other)[0] == "not_checked"


def test_a_digest_of_the_whole_file_does_not_fit_a_store_from_inside(workshop: Workshop) -> None:
    _, signed = embedded(workshop, SAMPLE_ASSETS["JPEG"].content)
    store, content = sent_of(signed)
    whole = replace(content, store_range=None)
    assert judged(workshop, store, whole) == ("failed", "Invalid")


@pytest.mark.parametrize("name", ["JPEG", "PNG", "MP4"])
def test_nothing_false_is_said_of_files_that_others_signed(workshop: Workshop, name: str) -> None:
    asset = SAMPLE_ASSETS[name]
    signed = signed_by_c2pa_rs(workshop, asset.content, media_type=asset.media_type).asset
    store, content = sent_of(signed)
    assert judged(workshop, store, content)[0] in {"passed", "not_checked"}
