"""The page at /docs: whole without an outside address, and out of the API's way."""

from __future__ import annotations

import json
import re

from tests.conftest import ROOT
from tests.system.running import Running

PARTS = {
    "/docs/swagger-ui.css": "text/css; charset=utf-8",
    "/docs/swagger-ui.js": "text/javascript; charset=utf-8",
    "/docs/start.js": "text/javascript; charset=utf-8",
}


def test_all_that_the_page_loads_comes_from_here(system: Running) -> None:
    page = system.call("GET", "/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'(?:href|src)="([^"]*)"', page.body.decode())
    assert set(loaded) == {*PARTS, "data:,"}
    for path, content_type in PARTS.items():
        part = system.call("GET", path)
        assert (part.status, part.headers["content-type"]) == (200, content_type)
        assert part.body
    assert b"SwaggerUIBundle" in system.call("GET", "/docs/swagger-ui.js").body


def test_the_browser_holds_the_page_to_this_machine(system: Running) -> None:
    policy = system.call("GET", "/docs").headers["content-security-policy"]
    sources = {source for rule in policy.split("; ") for source in rule.split()[1:]}
    assert "default-src 'none'" in policy
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "script-src 'self';" in policy
    # The stylesheet's pictures are in it, and the validator elsewhere is not asked.
    style = system.call("GET", "/docs/swagger-ui.css").body.decode()
    assert all(url.startswith("data:") for url in re.findall(r"url\([\"']?([^\"')]*)", style))
    assert "@import" not in style
    assert b"validatorUrl: null" in system.call("GET", "/docs/start.js").body


def test_the_page_shows_the_kept_document_and_sends_to_its_own_origin(system: Running) -> None:
    assert b'"/docs/openapi.json"' in system.call("GET", "/docs/start.js").body
    answer = system.call("GET", "/docs/openapi.json")
    assert answer.body == (ROOT / "docs/openapi.json").read_bytes()
    assert json.loads(answer.body)["servers"] == [{"url": "/"}]


def test_what_is_not_the_page_goes_to_the_api(system: Running) -> None:
    for method, path in (("POST", "/docs"), ("GET", "/docs/"), ("GET", "/docs/../x")):
        assert "content-security-policy" not in system.call(method, path).headers
    head = system.call("HEAD", "/docs")
    assert (head.status, head.body) == (200, b"")
