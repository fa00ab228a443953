"""A manifest store is found in a file as it stands there, in one piece or in many."""

from __future__ import annotations

from pathlib import Path

import pytest

from central_signer.verification.embedded_store import embedded_store, has_store
from central_signer.verification.engine import TrustedRoots, read
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0"/></svg>'


@pytest.mark.parametrize("note", ["", "x" * 200_000], ids=["one segment", "several segments"])
def test_a_store_in_a_jpeg_is_found(
    note: str, photograph: bytes, workshop: Workshop, tmp_path: Path
) -> None:
    signed = signed_by_c2pa_rs(workshop, photograph, note=note)
    file = tmp_path / "a.jpg"
    file.write_bytes(signed.asset)
    assert embedded_store(file) == signed.store
    assert has_store(file)


def test_a_store_in_a_png_is_found(drawing: bytes, workshop: Workshop, tmp_path: Path) -> None:
    signed = signed_by_c2pa_rs(workshop, drawing, media_type="image/png")
    file = tmp_path / "a.png"
    file.write_bytes(signed.asset)
    assert embedded_store(file) == signed.store


def test_what_the_engine_read_takes_the_place_of_a_store_that_is_encoded(
    workshop: Workshop, tmp_path: Path
) -> None:
    signed = signed_by_c2pa_rs(workshop, SVG, media_type="image/svg+xml")
    file = tmp_path / "a.svg"
    file.write_bytes(signed.asset)
    assert embedded_store(file) == b""
    reading = read(file, None, TrustedRoots(workshop.ca.anchors_pem()))
    assert reading.manifest_store == signed.store


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xeb\xff\xff",
        b"\xff\xd8\xff\xeb\0\0JP",
        b"\xff\xd8\xff\xe0\0",
    ],
)
def test_a_file_that_ends_early_has_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(content)
    assert (embedded_store(file), has_store(file)) == (b"", False)
