"""`edge-signer derive` and the client's `derive`: an image becomes an edit of its original."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from derivatives.resizing import MEDIA_TYPES, Variant, derive_image
from edge_signer_client import AsyncEdgeSigner, Credentials, EdgeSigner, Ingredient, RefusedError
from tests.conftest import ROOT
from tests.judges.engines import c2pa_rs, require_all_trust
from tests.system.command import edge_signer
from tests.system.running import Running

POLICY = "newsroom-default-v3"
CAPTURE = ("--source-type", "digitalCapture")


@pytest.fixture
def signer(system: Running) -> EdgeSigner:
    return EdgeSigner(system.state.url, Credentials(system.state.token_of("acme"), "acme"))


@pytest.fixture
def signed(state: Path, photo: Path) -> Path:
    target = photo.with_name("signed.jpg")
    assert edge_signer(state, "sign", photo, "-o", target, *CAPTURE).returncode == 0
    return target


def chain(content: bytes, media_type: str, anchors: Path) -> tuple[list[str], list[Any]]:
    """The actions of a derivative and of its parent, after all engines have trusted them."""
    require_all_trust(content, media_type, None, anchors.read_text())
    report = c2pa_rs(content, media_type, None, anchors.read_text()).report
    active = report["manifests"][report["active_manifest"]]
    (parent,) = active["ingredients"]
    assert parent["relationship"] == "parentOf"
    above = report["manifests"].get(parent.get("active_manifest"), {})
    said, said_above = (
        [
            action["action"]
            for assertion in manifest.get("assertions", ())
            if assertion["label"] == "c2pa.actions.v2"
            for action in assertion["data"]["actions"]
        ]
        for manifest in (active, above)
    )
    return said, said_above


def test_a_smaller_image_in_another_format_is_an_edit_of_its_parent(
    system: Running, state: Path, signed: Path
) -> None:
    signed.chmod(0o640)
    out = signed.with_name("out.webp")
    told = edge_signer(state, "derive", signed, "--width", 80, "--format", "webp", "-o", out)
    assert (told.returncode, told.stderr) == (0, "")
    assert "parent     signed.jpg (from the file)\n" in told.stdout
    said, above = chain(out.read_bytes(), "image/webp", Path(system.state.anchors))
    assert said[:2] == ["c2pa.opened", "c2pa.resized.proportional"]
    assert (said[-1], above) == ("c2pa.converted", ["c2pa.created"])
    assert out.stat().st_mode & 0o777 == 0o640
    assert edge_signer(state, "verify", out).returncode == 0
    again = edge_signer(state, "derive", out, "--width", 40, "-o", out.with_name("small.webp"))
    assert again.returncode == 0, again.stderr
    small = out.with_name("small.webp").read_bytes()
    said, _ = chain(small, "image/webp", Path(system.state.anchors))
    assert said == ["c2pa.opened", "c2pa.resized.proportional", "c2pa.transcoded"]


def test_the_parents_credentials_may_be_beside_it_or_online(
    system: Running, state: Path, photo: Path
) -> None:
    remote = photo.with_name("remote.jpg")
    assert edge_signer(state, "sign", photo, "--remote", "-o", remote, *CAPTURE).returncode == 0
    assert edge_signer(state, "sign", photo, *CAPTURE).returncode == 0
    for original, where in ((photo, "from photo.jpg.c2pa"), (remote, "at http")):
        out = original.with_suffix(".png")
        told = edge_signer(state, "derive", original, "-o", out)
        assert (told.returncode, told.stderr) == (0, "")
        assert where in told.stdout
        _, above = chain(out.read_bytes(), "image/png", Path(system.state.anchors))
        assert above == ["c2pa.created"]


def test_an_original_without_credentials_is_named_as_such(
    system: Running, state: Path, photo: Path
) -> None:
    out = photo.with_name("out.jpg")
    told = edge_signer(state, "derive", photo, "--height", 50, "-o", out)
    assert told.returncode == 0
    assert "carries no credentials: the chain begins with the derivative" in told.stderr
    said, above = chain(out.read_bytes(), "image/jpeg", Path(system.state.anchors))
    assert (said[-1], above) == ("c2pa.transcoded", [])


def test_credentials_of_another_file_are_kept_with_a_warning(state: Path, photo: Path) -> None:
    assert edge_signer(state, "sign", photo, *CAPTURE).returncode == 0
    shutil.copy(ROOT / "examples/rocket.jpg", photo)
    told = edge_signer(state, "derive", photo, "-o", photo.with_name("out.webp"))
    assert told.returncode == 0, told.stderr
    assert "the credentials of photo.jpg are of another file" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--format", "tiff", "-o", "out.tiff"), "--format tiff is none of jpeg, png"),
        (("--format", "webp", "-o", "out.jpg"), "must end in .webp"),
        (("-o", "out"), "must end in .jpg or .jpeg or .png"),
        (("-o", "photo.jpg"), "is the original"),
        (("-o", "there.webp"), "exists; --force replaces it"),
        (("--quality", "80", "-o", "out.png"), "png has no quality"),
        (("--assets-checked", "--no-verify", "-o", "out.webp"), "--assets-checked needs c2pa-rs"),
    ],
)
def test_a_mistake_is_told_before_anything_is_signed(
    arguments: tuple[str, ...], reason: str, state: Path, photo: Path
) -> None:
    photo.with_name("there.webp").write_bytes(b"of somebody else")
    *others, output = arguments
    told = edge_signer(state, "derive", photo, *others, photo.with_name(output))
    assert (told.returncode, reason in told.stderr) == (2, True), told.stderr
    assert {one.name for one in photo.parent.iterdir()} == {"photo.jpg", "there.webp"}
    assert photo.with_name("there.webp").read_bytes() == b"of somebody else"


def test_a_refusal_leaves_no_file(state: Path, photo: Path) -> None:
    out = photo.with_name("out.webp")
    told = edge_signer(state, "derive", photo, "-o", out, "--policy", "nobody-v1")
    assert (told.returncode, "UNKNOWN_POLICY" in told.stderr) == (1, True), told.stderr
    photo.write_bytes(photo.read_bytes()[:5000])
    told = edge_signer(state, "derive", photo, "-o", out)
    assert (told.returncode, f"{photo}: " in told.stderr) == (2, True), told.stderr
    assert {one.name for one in photo.parent.iterdir()} == {"photo.jpg"}


def test_the_client_signs_derivatives_in_every_format(
    system: Running, signer: EdgeSigner, signed: Path
) -> None:
    original = signed.read_bytes()
    for name, media_type in MEDIA_TYPES.items():
        made = derive_image(original, Variant(name, width=60))
        content, answer = signer.derive(made.content, signed, POLICY, made.actions, title=name)
        assert answer.media_type == media_type
        said, above = chain(content, media_type, Path(system.state.anchors))
        encoded = "c2pa.transcoded" if name == "jpeg" else "c2pa.converted"
        assert (said, above) == (["c2pa.opened", *made.actions, encoded], ["c2pa.created"])


def test_a_store_that_was_copied_into_the_derivative_is_replaced(
    system: Running, signer: EdgeSigner, signed: Path
) -> None:
    original = signed.read_bytes()
    content, _ = signer.derive(original, original, POLICY, ["c2pa.edited.metadata"])
    said, above = chain(content, "image/jpeg", Path(system.state.anchors))
    assert said == ["c2pa.opened", "c2pa.edited.metadata", "c2pa.transcoded"]
    assert above == ["c2pa.created"]


def test_a_crop_needs_its_source_type(signer: EdgeSigner, photo: Path) -> None:
    with pytest.raises(RefusedError, match="digitalSourceType"):
        signer.derive(photo.read_bytes(), photo, POLICY, ["c2pa.cropped"])


def test_an_address_of_somebody_else_is_refused(signer: EdgeSigner, photo: Path) -> None:
    elsewhere = Ingredient(relationship="parentOf", manifest_url="https://example.com/one.c2pa")
    with pytest.raises(RefusedError) as refused:
        signer.derive(photo.read_bytes(), elsewhere, POLICY, [])
    assert refused.value.code == "INVALID_INGREDIENT"
    assert "must be a manifest_url of this deployment" in str(refused.value)


def test_a_coroutine_derives_as_well(system: Running, signed: Path) -> None:
    client = AsyncEdgeSigner(system.state.url, Credentials(system.state.token_of("acme"), "acme"))
    made = derive_image(signed.read_bytes(), Variant("webp", width=60))
    content, _ = asyncio.run(client.derive(made.content, signed, POLICY, made.actions))
    _, above = chain(content, "image/webp", Path(system.state.anchors))
    assert above == ["c2pa.created"]
