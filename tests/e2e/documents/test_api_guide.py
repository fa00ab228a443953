"""The code in docs/api.md, run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.system.running import Running

GUIDE = (ROOT / "docs/api.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
NEEDS = {"sh": "curl", "python": sys.executable, "js": "node"}
RUN = {
    "sh": ["sh", "-euc"],
    "python": [sys.executable, "-c"],
    "js": ["node", "--input-type=module", "-e"],
}
MANIFEST_URL = re.compile(
    r"http://127\.0\.0\.1:[0-9]+(/manifests/load/sha256/[0-9a-f]{64}(?:\.embedded)?\.c2pa)"
)


def executed(system: Running, language: str, code: str, token: str) -> tuple[int, str]:
    if shutil.which(NEEDS[language]) is None:
        pytest.skip(f"no {NEEDS[language]} on this machine")
    variables = {"EDGE_SIGNER_URL": system.state.url, "EDGE_SIGNER_TOKEN": token}
    ended = subprocess.run(
        [*RUN[language], code],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_all_three_languages_are_shown() -> None:
    assert {language for language, _ in BLOCKS} == set(RUN)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_does_what_the_page_says(system: Running, number: int) -> None:
    language, code = BLOCKS[number]
    exit_code, output = executed(system, language, code, system.state.token_of("load"))
    assert exit_code == 0, output
    if "dry_run=1" in code:
        assert json.loads(output)["dry_run"] is True
        return
    url = MANIFEST_URL.search(output)
    assert url, output
    assert system.call("GET", url[1]).headers["content-type"] == "application/c2pa"


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_tells_of_a_refusal(system: Running, number: int) -> None:
    language, code = BLOCKS[number]
    exit_code, output = executed(system, language, code, "guess")
    assert exit_code != 0
    assert "UNAUTHENTICATED" in output


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target
