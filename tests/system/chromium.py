"""Debian's Chromium, driven by Playwright, for the console's tests and screenshots."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Where this machine's browser is; None for none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """Run a browser without a window."""
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
