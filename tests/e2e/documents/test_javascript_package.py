"""The JavaScript package, as it is packed: installed into an empty folder, and used there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.judges.engines import require_all_trust
from tests.system.node import CLIENT, node_tools
from tests.system.running import Running


def run(folder: Path, *command: str | Path, env: Mapping[str, str] = {}) -> str:
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def packed(target: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: the JavaScript package was not tried")
    target.mkdir()
    run(CLIENT, npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", target)
    (package,) = target.iterdir()
    return package


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    package = packed(folder / "packed")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", package)
    return folder


def test_the_package_is_complete_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = packed(tmp_path / "first"), packed(tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        names = {one.removeprefix("package/") for one in archive.getnames()}
    library = {str(one.relative_to(CLIENT)) for one in (CLIENT / "lib").rglob("*") if one.is_file()}
    assert names == {"LICENSE", "README.md", "package.json", *library}


def test_the_installed_package_signs_files_and_verifies_jobs(
    system: Running, installed: Path
) -> None:
    shutil.copy(CLIENT / "tests/installed.mjs", installed)
    photograph, module = ROOT / "examples/rocket-small.jpg", ROOT / "examples/hello.wasm"
    token = system.state.token_of("load")
    given = (system.state.url, token, photograph, module)
    assert run(installed, "node", "installed.mjs", *given) == "all of it works\n"
    roots = (system.state.anchors, system.state.tsa_anchors)
    anchors_pem = "".join(Path(one).read_text() for one in roots)
    require_all_trust((installed / "signed.jpg").read_bytes(), "image/jpeg", None, anchors_pem)


@pytest.mark.parametrize("number", range(3))
def test_the_examples_of_the_readme_run(system: Running, installed: Path, number: int) -> None:
    examples = re.findall(r"^```js\n(.*?)^```$", (CLIENT / "README.md").read_text(), re.M | re.S)
    assert len(examples) == 3
    (installed / "example.mjs").write_text(examples[number])
    shutil.copy(ROOT / "examples/rocket-small.jpg", installed / "photo.jpg")
    shutil.copy(ROOT / "examples/hello.wasm", installed)
    (installed / "notes.txt").write_text("Signed beside the file.")
    named = {
        "EDGE_SIGNER_URL": system.state.url,
        "EDGE_SIGNER_TOKEN": system.state.token_of("load"),
        "EDGE_SIGNER_PUBKEY": system.state.receipt_public_key,
    }
    told = run(installed, "node", "example.mjs", env=named)
    expected = ("signed.jpg (http", "", "!dlroW ,olleH")
    assert told.startswith(expected[number])
    assert (installed / ("signed.jpg", "notes.txt.c2pa", "notes.txt")[number]).exists()


def test_the_installed_package_has_types(installed: Path) -> None:
    shutil.copy(CLIENT / "tests/installed.ts", installed)
    options = ("--noEmit", "--strict", "--module", "nodenext", "--target", "es2022")
    run(installed, node_tools() / "tsc", *options, "--lib", "es2022,dom", "installed.ts")
