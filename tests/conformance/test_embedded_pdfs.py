"""Manifests in PDF documents of every form that writers give them, judged by foreign engines."""

from __future__ import annotations

import pytest

from tests.judges.engines import JUDGES, Judge
from tests.media.sample_pdfs import SAMPLE_PDFS, section_of, with_table
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop

MEDIA_TYPE = "application/pdf"


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", SAMPLE_PDFS)
def test_a_manifest_is_trusted_in_every_form_of_document(
    workshop: Workshop, name: str, judge: Judge
) -> None:
    _, asset = embedded(workshop, SAMPLE_PDFS[name])
    verdict = judge(asset, MEDIA_TYPE, None, workshop.ca.anchors_pem())
    assert verdict.trusted, verdict


@pytest.mark.parametrize("judge", JUDGES)
def test_an_update_behind_the_manifest_is_not_covered_and_refused(
    workshop: Workshop, judge: Judge
) -> None:
    _, asset = embedded(workshop, SAMPLE_PDFS["a table"])
    pages = {3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"}
    later = with_table(asset, pages, b"/Root 1 0 R /Size 6 /Prev %d" % section_of(asset))
    assert not judge(later, MEDIA_TYPE, None, workshop.ca.anchors_pem()).trusted
