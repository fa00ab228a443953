"""The commands of the first five minutes, and the throwaway authority of the first day on AWS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.media.sample_assets import EXAMPLES
from tests.system.running import Running

START = (ROOT / "docs/start.md").read_text()
FIRST_DAY = (ROOT / "docs/operations/first-day.md").read_text()
ON_AWS = 'stage="--stage dev"'


def block_with(page: str, words: str) -> str:
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (found,) = [one for one in blocks if words in one]
    return str(found)


def run(commands: str, folder: Path, office: Running) -> str:
    variables = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "EDGE_SIGNER_STATE": str(Path(office.state.anchors).parent),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_newcomer_signs_verifies_and_calls_the_api(office: Running, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("sharp"))
    (tmp_path / ".edge-signer").symlink_to(Path(office.state.anchors).parent)
    told = run(block_with(START, "edge-signer verify"), tmp_path, office)
    assert re.search(r"^verdict +Trusted", told, re.MULTILINE)
    calls = block_with(START, "curl").replace("http://127.0.0.1:3000", office.state.url)
    assert '"manifest_url"' in run(calls, tmp_path, office)


def test_a_throwaway_authority_certifies_the_key_in_kms(office: Running, tmp_path: Path) -> None:
    authority = block_with(FIRST_DAY, ON_AWS)
    run(authority.replace(ON_AWS, 'stage=""'), tmp_path, office)
    shutil.copy(EXAMPLES / "rocket-small.jpg", tmp_path / "photo.jpg")
    told = run(
        "edge-signer certificate show\n"
        "edge-signer certificate lint throwaway/chain.pem --anchors throwaway/root.pem",
        tmp_path,
        office,
    )
    assert "Throwaway Issuing CA" in told
    assert "0 error(s), 0 warning(s)" in told
