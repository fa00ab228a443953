"""Takes the pictures of the console in docs/images/ from a system that runs for it.

Run as `python -m measure.screenshots.console`; it needs Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cli.running_system import running_system
from emulator.local_state import LocalState, checkout
from tests.system.chromium import browsing, chromium

MOST_BYTES = 150_000
_IMAGES = checkout() / "docs/images"
_PHOTOGRAPH = checkout() / "examples/rocket.jpg"
_DESK, _PHONE = ViewportSize(width=1100, height=930), ViewportSize(width=390, height=844)
_CAMERA = "A camera, scanner or microphone"
# So many colours look as the page does, and take a third of the bytes.
_COLOURS = 256


def sign(page: Page) -> None:
    """Sign the photograph twice; the first signature also starts a worker."""
    page.set_input_files("sign-view input[type=file]", _PHOTOGRAPH)
    page.get_by_label(_CAMERA).check()
    for _ in range(2):
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(page.get_by_role("button", name="Sign", exact=True)).to_be_enabled()
        expect(page.get_by_role("heading", name="Signed", exact=True)).to_be_visible()


def result(page: Page) -> None:
    """Show what a signature cost."""
    sign(page)
    _show(page, "sign-view .result")


def questions(page: Page) -> None:
    """Show what is asked of a chosen file."""
    page.set_input_files("sign-view input[type=file]", _PHOTOGRAPH)
    page.get_by_label(_CAMERA).check()
    _show(page, "h1")


def inspected(page: Page) -> None:
    """Show the verdict on an edited photograph."""
    sign(page)
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download").click()
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder) / "rocket.jpg"
        begun.value.save_as(signed)
        page.set_input_files("sign-view input[type=file]", signed)
        page.get_by_label("Edited by a person").check()
        page.get_by_text("Title, policy and time-stamp").click()
        page.get_by_label("Add a time-stamp").check()
        page.get_by_role("button", name="Sign", exact=True).click()
        page.get_by_role("button", name="Inspect this file").click()
        expect(page.get_by_role("heading", name="What it was made from")).to_be_visible()
        _show(page, "inspect-view .result")


def _show(page: Page, selector: str) -> None:
    """Scroll to a part, below the bar at the top, with nothing in focus."""
    page.evaluate(
        """selector => {
          document.activeElement.blur();
          const parts = [...document.querySelectorAll(selector)];
          const top = parts.find((one) => one.checkVisibility()).getBoundingClientRect().top;
          const bar = document.querySelector(".top").offsetHeight;
          scrollTo({ top: Math.max(0, top + scrollY - bar - 22), behavior: "instant" });
        }""",
        selector,
    )
    page.mouse.move(0, 0)
    page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => 0)))")


PICTURES = {
    "console-light.png": (result, "light", _DESK),
    "console-dark.png": (result, "dark", _DESK),
    "console-phone.png": (questions, "light", _PHONE),
    "console-inspect.png": (inspected, "light", ViewportSize(width=1100, height=1400)),
}


def take(browser: Browser, state: LocalState, name: str) -> int:
    """Take one picture; gives its size in bytes."""
    prepare, scheme, viewport = PICTURES[name]
    context = browser.new_context(
        viewport=viewport,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(state.console_address())
    prepare(page)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    context.close()
    few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(_IMAGES / name, optimize=True)
    return (_IMAGES / name).stat().st_size


def main() -> int:
    """Take all pictures; exit code 1 if one is too large, or there is no browser."""
    executable = chromium()
    if executable is None:
        print("no chromium on this machine: the console's pictures stay as they are")
        return 1
    _IMAGES.mkdir(exist_ok=True)
    expect.set_options(timeout=60_000)
    sizes = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_system(Path(folder)) as state,
        browsing(executable) as browser,
    ):
        for name in PICTURES:
            sizes[name] = take(browser, state, name)
            print(f"docs/images/{name}: {sizes[name]:,} bytes")
    return int(max(sizes.values()) > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
