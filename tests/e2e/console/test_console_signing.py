"""The console's Sign page in a real browser: files are signed there, and only digests leave."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.e2e.console.conftest import Console, Opening
from tests.judges.engines import c2pa_rs
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg
from tests.system.running import Running

MB = 1_000_000
MOST_SENT_BYTES = 4096
CAMERA = "A camera, scanner or microphone"
# No text of a request has it.
MARK = b"\xf0only in the file\xf1"


def large_jpeg(path: Path, size_bytes: int) -> Path:
    """A photograph with long comments."""
    photograph = jpeg()
    comment = (MARK * 4096)[:65_000]
    segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    with path.open("wb") as file:
        file.write(photograph[:2])
        for _ in range(size_bytes // len(segment) + 1):
            file.write(segment)
        file.write(photograph[2:])
    return path


def large_movie(path: Path, size_bytes: int) -> Path:
    """A movie with a box of nothing, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(SAMPLE_ASSETS["MP4"].content)
        file.write(struct.pack(">I4s", size_bytes, b"free") + MARK)
        file.truncate(file.tell() - len(MARK) - 8 + size_bytes)
    return path


def require_trusted(system: Running, signed: Path, media_type: str) -> None:
    anchors = "".join(
        Path(one).read_text() for one in (system.state.anchors, system.state.tsa_anchors)
    )
    verdict = c2pa_rs(signed.read_bytes(), media_type, None, anchors)
    assert verdict.trusted, verdict


@pytest.mark.parametrize(
    ("make", "name", "size_bytes", "media_type"),
    [
        (large_jpeg, "photo.jpg", 20 * MB, "image/jpeg"),
        (large_movie, "movie.mp4", 200 * MB, "video/mp4"),
    ],
    ids=["a photograph of 20 MB", "a movie of 200 MB"],
)
def test_a_dropped_file_is_signed_and_does_not_leave(
    console: Console,
    system: Running,
    tmp_path: Path,
    make: Callable[[Path, int], Path],
    name: str,
    size_bytes: int,
    media_type: str,
) -> None:
    file = make(tmp_path / name, size_bytes)
    assert file.stat().st_size >= size_bytes
    console.drop("sign", file)
    console.page.get_by_label(CAMERA).check()
    console.sign()
    told = console.page.locator(".never-left")
    expect(told).to_contain_text("Your file never left this machine.")
    lengths = console.sent_lengths()
    assert max(lengths) <= MOST_SENT_BYTES
    assert not any(MARK in body for body in console.sent())
    expect(told).to_contain_text(f"{sum(lengths):,} bytes were sent")
    signed = console.download(tmp_path)
    assert signed.name == name.replace(".", "-signed.")
    require_trusted(system, signed, media_type)


def test_the_page_says_where_the_milliseconds_went(console: Console) -> None:
    console.choose("sign", ROOT / "examples/rocket.jpg")
    console.page.get_by_label(CAMERA).check()
    console.page.get_by_text("Title, policy and time-stamp").click()
    console.page.get_by_label("Add a time-stamp").check()
    console.sign()
    table = console.page.get_by_role("table", name="Where the milliseconds went")
    for step in ("Hash", "Sign", "kms", "tsa", "store", "Write"):
        expect(table.get_by_role("rowheader", name=step, exact=False).first).to_be_visible()


def test_nobody_else_says_how_a_file_was_made(console: Console) -> None:
    console.choose("sign", ROOT / "examples/rocket.jpg")
    console.page.get_by_role("button", name="Sign", exact=True).click()
    expect(console.page.get_by_text("Say how it was made.")).to_be_visible()
    assert not any(one.method == "POST" for one in console.requests)


def test_a_signed_file_becomes_the_parent_of_what_is_signed_next(
    console: Console, system: Running, tmp_path: Path
) -> None:
    console.choose("sign", ROOT / "examples/rocket.jpg")
    console.page.get_by_label(CAMERA).check()
    console.sign()
    first = console.download(tmp_path)
    for number, label in enumerate(("Edited by a person", "Nothing")):
        console.choose("sign", first)
        expect(console.page.get_by_text("carries credentials", exact=True)).to_be_visible()
        console.page.get_by_label(label).check()
        console.sign()
        folder = tmp_path / str(number)
        folder.mkdir()
        require_trusted(system, console.download(folder), "image/jpeg")
    console.page.get_by_role("button", name="Inspect this file").click()
    made_from = console.page.get_by_role("region", name="What it was made from")
    expect(made_from).to_contain_text("rocket-signed.jpg")
    expect(made_from).to_contain_text("trusted")


def test_a_file_is_signed_with_the_keyboard_alone(
    console: Console, system: Running, tmp_path: Path
) -> None:
    page = console.page

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(selector)

    # Playwright does not wait until choosers are its own: a key that follows at once may be lost.
    page.on("filechooser", lambda _: None)
    tab_to("sign-view input[type=file]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(ROOT / "examples/rocket.jpg")
    # The questions follow, and the first of them has the focus.
    expect(page.locator("input[value=digitalCapture]")).to_be_focused()
    page.keyboard.press("Space")
    tab_to("button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Signed", exact=True)).to_be_focused()
    tab_to("a[download]")
    with page.expect_download() as begun:
        page.keyboard.press("Enter")
    signed = tmp_path / begun.value.suggested_filename
    begun.value.save_as(signed)
    require_trusted(system, signed, "image/jpeg")


def test_what_cannot_be_signed_is_refused_with_a_remedy(console: Console) -> None:
    page = console.page
    console.choose("sign", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"words"})
    expect(page.get_by_text("edge-signer sign FILE --sidecar")).to_be_visible()
    console.choose("sign", {"name": "cut.jpg", "mimeType": "image/jpeg", "buffer": jpeg()[:200]})
    expect(page.get_by_text("Nothing was sent and nothing was signed.")).to_be_visible()
    console.choose("sign", {"name": "empty.png", "mimeType": "image/png", "buffer": b""})
    expect(page.get_by_role("alert").filter(has_text="cannot be")).to_be_visible()
    console.choose("sign", ROOT / "examples/rocket.jpg")
    page.get_by_label(CAMERA).check()
    page.get_by_text("Title, policy and time-stamp").click()
    page.get_by_label("Policy").fill("nobody-v1")
    page.get_by_role("button", name="Sign", exact=True).click()
    # At its field, which has the focus.
    expect(page.get_by_label("Policy")).to_be_focused()
    expect(page.get_by_label("Policy")).to_have_attribute("aria-invalid", "true")


def test_a_token_that_nobody_has_is_refused(opened: Opening) -> None:
    console = opened({"token": "guessed"})
    console.choose("sign", ROOT / "examples/rocket.jpg")
    console.page.get_by_label(CAMERA).check()
    console.page.get_by_role("button", name="Sign", exact=True).click()
    expect(console.page.get_by_text("The token was not accepted")).to_be_visible()
