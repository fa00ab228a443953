"""The console at `/`: its files, the policy that comes with them, and nothing else."""

from __future__ import annotations

import re

import pytest

from emulator.gateway.console import content_security_policy, site_files
from tests.conftest import ROOT
from tests.system.running import Running

PAGES = ["/", *site_files(ROOT)]


@pytest.mark.parametrize("path", PAGES)
def test_every_file_comes_with_the_policy(system: Running, path: str) -> None:
    answer = system.call("GET", path)
    assert (answer.status, bool(answer.body)) == (200, True)
    policy = answer.headers["content-security-policy"]
    assert policy == content_security_policy(system.state.aws_endpoint)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_policy_lets_nothing_run_that_is_not_of_this_origin() -> None:
    policy = dict(one.split(" ", 1) for one in content_security_policy("https://s3").split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["connect-src"] == "'self' https://s3"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe-inline" not in str(policy)


def test_the_page_holds_no_token_and_no_code(system: Running) -> None:
    page = system.call("GET", "/").body.decode()
    tokens = [system.state.admin_token, *(one.token for one in system.state.tenants)]
    assert not any(token in page for token in tokens)
    assert re.findall(r"<script(?![^>]* src=)|<style| on\w+=| style=", page) == []


def test_what_the_page_loads_is_there(system: Running) -> None:
    page = system.call("GET", "/").body.decode()
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert {"/console/main.js", "/console/style.css"} <= set(loaded)
    assert [one for one in loaded if system.call("GET", one).status != 200] == []


def test_everything_else_is_the_apis(system: Running) -> None:
    for method, path in (("POST", "/"), ("GET", "/console/../template.yaml"), ("GET", "/console/")):
        answer = system.call(method, path)
        assert "content-security-policy" not in answer.headers, path
        assert "event" in answer.json(), path
