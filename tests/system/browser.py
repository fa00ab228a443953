"""A real browser that shows a page of a test, and what the page sends back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.system.tls import server_tls
from tests.system.waiting import NeverHappenedError, wait_for

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_DEADLINE_S = 90
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
}


def outcome_of(host: str, files: Mapping[str, bytes], folder: Path) -> Any:
    """Show `/page.html` of a host, and return the JSON that the page posts to `/outcome`.

    Args:
        host: The host that the browser takes this machine for; the page's origin is `https://host`.
        files: What is at each path.
        folder: An empty one, for the browser and the certificate.
    """
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        pytest.skip("no chromium on this machine: the client for pages was not tried in a browser")
    outcomes: list[bytes] = []
    arrived = threading.Event()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", _TYPES.get(Path(self.path).suffix, "text/plain"))
            self.end_headers()
            self.wfile.write(content or b"")

        def do_POST(self) -> None:
            outcomes.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.daemon_threads = True
        server.socket = server_tls(host, folder).wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with (
                suppress(NeverHappenedError),
                _showing(browser, host, server.server_port, folder) as process,
            ):
                wait_for(lambda: arrived.is_set() or process.poll() is not None, _DEADLINE_S)
        finally:
            server.shutdown()
    assert outcomes, (folder / "browser.log").read_text(errors="replace")[-4000:]
    return json.loads(outcomes[0])


@contextmanager
def _showing(browser: str, host: str, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        browser,
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        *("--no-first-run", "--no-proxy-server", "--disable-background-networking"),
        f"--user-data-dir={folder / 'profile'}",
        # No page of the test has a certificate that the world trusts, or anything from the world.
        "--ignore-certificate-errors",
        f"--host-resolver-rules=MAP {host} 127.0.0.1:{port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        *("--enable-logging=stderr", f"https://{host}/page.html"),
    ]
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            # Its own session: the browser is many processes.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
