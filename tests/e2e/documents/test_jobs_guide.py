"""The code in docs/jobs.md, run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest

from tests.conftest import ROOT
from tests.system.running import Running

GUIDE = (ROOT / "docs/jobs.md").read_text()


def test_the_example_runs_and_prints_a_result(system: Running) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    code = "\n".join(re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
    variables = {
        "PATH": os.environ["PATH"],
        "EDGE_SIGNER_URL": system.state.url,
        "EDGE_SIGNER_TOKEN": system.state.token_of("load"),
    }
    ended = subprocess.run(
        ["sh", "-euc", code], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    decoder = json.JSONDecoder()
    stored, end = decoder.raw_decode(ended.stdout)
    result, end = decoder.raw_decode(ended.stdout, end)
    batch, _ = decoder.raw_decode(ended.stdout, end)
    assert stored["module_hash"] in GUIDE
    assert result["stdout"] == "!dlroW ,olleH\n"
    assert [one["stdout"] for one in batch["results"]] == ["olleH\n", "dlroW\n"]


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target
