"""Takes the pictures of the manual in docs/images/, from the site that `make docs` built.

Run as `python -m measure.screenshots.manual`; it needs Chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from measure.house import ROOT

MOST_BYTES = 150_000
SITE = ROOT / "site"
IMAGES = ROOT / "docs/images"
_DESK = ViewportSize(width=1280, height=900)
# So many colours look as the page does, and take a third of the bytes.
_COLOURS = 256
Scheme = Literal["light", "dark"]
PICTURES: dict[str, tuple[str, Scheme]] = {
    "manual-light.png": ("concepts/request.html", "light"),
    "manual-dark.png": ("concepts/request.html", "dark"),
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site on this machine.

    Yields:
        Its address, without a slash at the end.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def picture(browser: Browser, address: str, scheme: Scheme, viewport: ViewportSize) -> Image.Image:
    """Take a picture of a page as it looks in a scheme."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    content = page.screenshot(animations="disabled")
    context.close()
    return Image.open(io.BytesIO(content))


def main() -> int:
    """Take all pictures; exit code 1 if one is too large, or something is missing."""
    executable = shutil.which("chromium")
    if executable is None or not SITE.is_dir():
        print("no chromium, or no site/ (make docs): the manual's pictures stay as they are")
        return 1
    largest = 0
    with served(SITE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for name, (page, scheme) in PICTURES.items():
            taken = picture(browser, f"{address}/{page}", scheme, _DESK).convert("RGB")
            few = taken.quantize(_COLOURS, dither=Image.Dither.NONE)
            few.save(IMAGES / name, optimize=True)
            size = (IMAGES / name).stat().st_size
            print(f"{name}: {size} bytes")
            largest = max(largest, size)
        browser.close()
    return int(largest > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
