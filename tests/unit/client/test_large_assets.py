"""Movies of more than 4 GiB: sparse files, of which a plan reads the headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from measure.sparse_movie import WatchedFile, make

SAMPLE_BYTES = 4_400_000_000
STORE_BYTES = 4096


def test_places_of_64_bits_have_room(tmp_path: Path) -> None:
    movie = tmp_path / "movie.mp4"
    make(movie, b"co64", SAMPLE_BYTES)
    with WatchedFile(movie, "rb") as asset:
        layout = AssetLayout(asset, STORE_BYTES)
        assert layout.signed_bytes == movie.stat().st_size + layout.hole_bytes
        assert asset.read_bytes < 64 * 1024


def test_places_of_32_bits_have_none_which_is_known_before_anything_is_copied(
    tmp_path: Path,
) -> None:
    movie = tmp_path / "movie.mp4"
    make(movie, b"stco", SAMPLE_BYTES)
    with WatchedFile(movie, "rb") as asset:
        with pytest.raises(AssetLayoutError) as refused:
            AssetLayout(asset, STORE_BYTES)
        assert refused.value.name == "FileTooLarge"
        assert asset.read_bytes < 2 * 2**20


def test_places_of_32_bits_that_all_have_room_are_moved_in_a_large_file(tmp_path: Path) -> None:
    movie = tmp_path / "movie.mp4"
    make(movie, b"stco", 4_000_000_000)
    with movie.open("r+b") as longer:
        longer.seek(300_000_000, 2)
        longer.truncate()
        longer.seek(movie.stat().st_size - 300_000_000)
        longer.write((300_000_000).to_bytes(4) + b"free")
    with WatchedFile(movie, "rb") as asset:
        layout = AssetLayout(asset, STORE_BYTES)
    assert layout.signed_bytes > 2**32
