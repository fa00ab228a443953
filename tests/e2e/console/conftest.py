from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.system.chromium import browsing, chromium
from tests.system.running import Running

# Workers start during the first requests, on busy cores.
expect.set_options(timeout=40_000)
# What breaks the policy tells so itself; scripts of the page cannot keep it from the test.
_WATCH = """
globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
_DROP = """async ([target, chosen]) => {
  const transfer = new DataTransfer();
  for (const file of chosen.files) transfer.items.add(file);
  const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
  target.dispatchEvent(new DragEvent("drop", options));
}"""


@dataclass
class Console:
    """The console in a browser, and what it did.

    Attributes:
        page: The page.
        requests: What it sent, in order.
        errors: Exceptions that nothing in the page handled.
    """

    page: Page
    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def remember(self, request: Request) -> None:
        """Keep a request; Playwright marks the listener, so it cannot be the list's own method."""
        self.requests.append(request)

    def open(self, name: str) -> None:
        """Go to one of the pages."""
        self.page.get_by_role("link", name=name, exact=True).click()

    def choose(self, view: str, file: Path | dict[str, Any]) -> None:
        """Choose a file in one of the pages, such as `sign`."""
        self.page.set_input_files(f"{view}-view input[type=file]", file)  # type: ignore[arg-type]

    def drop(self, view: str, file: Path) -> None:
        """Drop a file where the page takes it."""
        handle = self.page.evaluate_handle(
            "() => Object.assign(document.createElement('input'), { type: 'file' })"
        ).as_element()
        assert handle is not None
        handle.set_input_files(file)
        target = self.page.locator(f"{view}-view .drop").element_handle()
        self.page.evaluate(_DROP, [target, handle])

    def sign(self) -> None:
        """Press the button, and wait until it is signed."""
        self.page.get_by_role("button", name="Sign", exact=True).click()
        expect(self.page.get_by_role("heading", name="Signed", exact=True)).to_be_visible()

    def download(self, folder: Path) -> Path:
        """Keep the signed file."""
        with self.page.expect_download() as begun:
            self.page.get_by_role("link", name="Download").click()
        path = folder / begun.value.suggested_filename
        begun.value.save_as(path)
        return path

    def sent(self) -> list[bytes]:
        """The bodies that were sent and that the browser tells: not those made of files."""
        return [one.post_data_buffer or b"" for one in self.requests]

    def sent_lengths(self) -> list[int]:
        """The lengths of all bodies that were sent, as the network saw them."""
        asked = [one for one in self.requests if one.method not in ("GET", "HEAD")]
        return [int(one.all_headers()["content-length"]) for one in asked]


Opening = Callable[..., Console]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.skip("no chromium on this machine: the console was not tried in a browser")
    with browsing(executable) as browser:
        yield browser


@contextmanager
def _opened(
    browser: Browser, system: Running, tokens: dict[str, str], **options: Any
) -> Iterator[Console]:
    context = browser.new_context(**options)
    context.add_init_script(_WATCH)
    page = context.new_page()
    console = Console(page)
    page.on("request", console.remember)
    page.on("pageerror", lambda error: console.errors.append(str(error)))
    page.goto(f"{system.state.url}/#{urlencode(tokens)}")
    yield console
    assert page.evaluate("violations") == []
    assert console.errors == []
    context.close()


@pytest.fixture
def opened(browser: Browser, system: Running) -> Iterator[Opening]:
    """Opens the console; in the end, its policy was kept and nothing failed unhandled."""
    with ExitStack() as stack:

        def opening(tokens: dict[str, str] | None = None, **options: Any) -> Console:
            if tokens is None:
                token = system.state.token_of("load")
                tokens = {"token": token, "operator": system.state.admin_token}
            return stack.enter_context(_opened(browser, system, tokens, **options))

        yield opening


@pytest.fixture
def console(opened: Opening) -> Console:
    return opened()
