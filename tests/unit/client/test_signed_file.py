"""A signed file takes the place of nothing that somebody else wrote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from edge_signer_client import ChangedAssetError, Credentials, EdgeSigner, TargetError, embed_file
from edge_signer_client.signed_asset import SignedAsset

CONTENT = b"a photograph"


class Signer(EdgeSigner):
    """Writes what stands for a signed file, without a server."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", Credentials("token"))

    def embed(self, asset: BinaryIO, signed: BinaryIO, *_: Any, **__: Any) -> SignedAsset:
        signed.write(b"signed " + asset.read())
        return SignedAsset("url", "mode", "key", None, 0, 0, {}, b"", "image/jpeg")


def embed(asset: Path, target: Path, **options: Any) -> None:
    embed_file(Signer(), asset, target, "policy", {}, **options)


@pytest.fixture
def asset(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(CONTENT)
    return file


def test_what_was_written_to_the_asset_until_the_last_moment_stays(asset: Path) -> None:
    def edit(_: Path, __: SignedAsset) -> None:
        asset.write_bytes(CONTENT + b", edited")

    with pytest.raises(ChangedAssetError):
        embed(asset, asset, in_place=True, check=edit)
    assert asset.read_bytes() == CONTENT + b", edited"
    assert [one.name for one in asset.parent.iterdir()] == ["photo.jpg"]


def test_a_file_with_another_name_is_not_written_through_the_unfinished_one(asset: Path) -> None:
    precious = asset.with_name("precious")
    precious.write_bytes(b"precious")
    os.link(precious, asset.with_name(".signed.jpg.part"))
    with pytest.raises(TargetError, match="in the way"):
        embed(asset, asset.with_name("signed.jpg"))
    assert precious.read_bytes() == b"precious"


def test_an_asset_with_another_name_is_not_replaced(asset: Path) -> None:
    os.link(asset, asset.with_name("other.jpg"))
    with pytest.raises(TargetError, match="hard link"):
        embed(asset, asset, in_place=True)
    assert asset.read_bytes() == CONTENT


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_only_files_are_replaced(asset: Path, make: Any) -> None:
    target = asset.with_name("target")
    make(target)
    with pytest.raises(TargetError, match="not a file"):
        embed(asset, target)
    assert not target.is_file()


def test_a_name_of_the_greatest_length_is_written(asset: Path) -> None:
    target = asset.with_name("n" * 251 + ".jpg")
    embed(asset, target)
    assert target.read_bytes() == b"signed " + CONTENT
    assert len(list(asset.parent.iterdir())) == 2


def test_a_signed_file_keeps_attributes_and_permissions(asset: Path) -> None:
    asset.chmod(0o604)
    try:
        os.setxattr(asset, "user.rating", b"5")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    embed(asset, asset, in_place=True)
    assert (os.getxattr(asset, "user.rating"), asset.stat().st_mode & 0o777) == (b"5", 0o604)
