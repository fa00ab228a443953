"""Our own validator before every format that the client or c2pa-rs embeds in."""

from __future__ import annotations

import io
import struct

import pytest

from central_signer.verification.embedded_store import embedded_store
from edge_signer.verification.trust import TrustLists
from tests.judges.engines import c2pa_rs
from tests.judges.own_validator import failures, file_of, trusting, validated
from tests.media.odd_assets import ODD_FILES
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

FILES: dict[str, SampleAsset] = {
    name: one
    for name, one in {**SAMPLE_ASSETS, **ODD_FILES}.items()
    if one.media_type != "text/plain"
}
# c2pa-rs does not write into PDFs.
WRITTEN = {name: one for name, one in FILES.items() if one.media_type != "application/pdf"}
#: A box of an ISO base media file; after another file it is junk.
ADDED = struct.pack(">I4s4s", 12, b"udta", b"more")


def require_bound(asset: bytes, store: bytes, trust: TrustLists) -> None:
    """Expect a sound file, and that nothing can be added to it."""
    sound = validated(store, file_of(asset, is_embedded=True), trust)
    assert (sound.verdict, sound.hard_binding, failures(sound)) == ("Trusted", "passed", set())
    require_refused(asset + ADDED, store, trust)


def require_refused(asset: bytes, store: bytes, trust: TrustLists) -> None:
    found = validated(store, file_of(asset, is_embedded=True), trust)
    assert (found.verdict, found.hard_binding) == ("Invalid", "failed")
    assert all("Hash." in one for one in failures(found))


@pytest.mark.parametrize("name", FILES)
def test_what_the_client_embeds_is_bound(name: str, workshop: Workshop) -> None:
    layout, asset = embedded(workshop, FILES[name].content, 8192)
    store = embedded_store(io.BytesIO(asset))
    require_bound(asset, store, trusting(workshop))
    after = layout.hole_offset + layout.hole_bytes + 9
    for at in (layout.hole_offset - 1, after if after < len(asset) else layout.hole_offset - 9):
        changed = asset[:at] + bytes([asset[at] ^ 1]) + asset[at + 1 :]
        verdict = c2pa_rs(changed, FILES[name].media_type, store, workshop.ca.anchors_pem())
        if verdict.trusted:
            # The boxes `ftyp` and `mfra` of ISO base media files are not hashed.
            assert changed[4:8] == b"ftyp"
            continue
        require_refused(changed, store, trusting(workshop))


@pytest.mark.parametrize("name", WRITTEN)
def test_what_c2pa_rs_embeds_is_bound(name: str, workshop: Workshop) -> None:
    media_type, trust = WRITTEN[name].media_type, trusting(workshop)
    first = signed_by_c2pa_rs(workshop, WRITTEN[name].content, media_type=media_type)
    second = signed_by_c2pa_rs(
        workshop, first.asset, parents=[Parent(first.asset)], media_type=media_type
    )
    for one in (first, second):
        require_bound(one.asset, one.store, trust)
    updated = signed_by_c2pa_rs(workshop, second.asset, update=True, media_type=media_type)
    # In some formats c2pa-rs changes bytes that the binding covers, and says so afterwards.
    state = c2pa_rs(updated.asset, media_type, None, workshop.ca.anchors_pem()).state
    found = validated(updated.store, file_of(updated.asset, is_embedded=True), trust)
    assert found.verdict == state
    if media_type in {"image/jpeg", "image/png", "image/gif", "image/svg+xml", "video/mp4"}:
        require_bound(updated.asset, updated.store, trust)
        assert not any("alone" in one for one in found.not_checked)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_c2pa_rs_writes_beside_a_file_is_bound(name: str, workshop: Workshop) -> None:
    content, media_type = WRITTEN[name].content, WRITTEN[name].media_type
    signed = signed_by_c2pa_rs(workshop, content, media_type=media_type, embed=False)
    sound = validated(signed.store, file_of(signed.asset), trusting(workshop))
    assert (sound.verdict, sound.hard_binding, failures(sound)) == ("Trusted", "passed", set())
