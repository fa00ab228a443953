"""Manifests in PDF documents of every form that writers give them, judged by foreign engines."""

from __future__ import annotations

import io

import pytest

from edge_signer.signing.manifest.embedding import Embedding
from edge_signer_client.embedding import AssetLayout
from tests.judges.engines import JUDGES, Judge
from tests.media.sample_pdfs import SAMPLE_PDFS, section_of, with_table
from tests.signers.software_signer import ACTIONS, Workshop

MEDIA_TYPE = "application/pdf"
STORE_BYTES = 4096


def signed(workshop: Workshop, document: bytes) -> bytes:
    layout = AssetLayout(io.BytesIO(document), STORE_BYTES)
    asset = io.BytesIO()
    digest = bytes.fromhex(layout.write(asset))
    place = Embedding(MEDIA_TYPE, layout.hole_offset, STORE_BYTES)
    layout.fill(asset, workshop.sign(digest, ACTIONS, embedding=place))
    return asset.getvalue()


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", SAMPLE_PDFS)
def test_a_manifest_is_trusted_in_every_form_of_document(
    workshop: Workshop, name: str, judge: Judge
) -> None:
    asset = signed(workshop, SAMPLE_PDFS[name])
    verdict = judge(asset, MEDIA_TYPE, None, workshop.ca.anchors_pem())
    assert verdict.trusted, verdict


@pytest.mark.parametrize("judge", JUDGES)
def test_an_update_behind_the_manifest_is_not_covered_and_refused(
    workshop: Workshop, judge: Judge
) -> None:
    asset = signed(workshop, SAMPLE_PDFS["a table"])
    pages = {3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"}
    later = with_table(asset, pages, b"/Root 1 0 R /Size 6 /Prev %d" % section_of(asset))
    assert not judge(later, MEDIA_TYPE, None, workshop.ca.anchors_pem()).trusted
