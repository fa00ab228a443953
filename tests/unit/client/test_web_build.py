"""What is compiled from TypeScript is what its sources say, so that nothing needs Node to run."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.system.node import CLIENT, node_tools

PROJECTS = [folder for folder in ("clients/js", "console") if (ROOT / folder).is_dir()]


def run(*command: str | Path) -> None:
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def texts_of(folder: Path) -> dict[str, str]:
    files = [one for one in folder.rglob("*") if one.is_file() and one.suffix in {".js", ".ts"}]
    return {str(one.relative_to(folder)): one.read_text() for one in files}


@pytest.mark.parametrize("project", PROJECTS)
def test_the_committed_modules_are_those_of_the_sources(project: str, tmp_path: Path) -> None:
    run(node_tools() / "tsc", "--project", project, "--outDir", tmp_path)
    options = json.loads((ROOT / project / "tsconfig.json").read_text())["compilerOptions"]
    committed = texts_of(ROOT / project / options["outDir"])
    assert texts_of(tmp_path) == committed, "run `make web`"


def test_a_source_is_no_longer_than_one_in_python() -> None:
    sources = [one for one in (CLIENT / "src").rglob("*.ts") if one.name != "api.ts"]
    assert sources
    lengths = {one.name: len(one.read_text().splitlines()) for one in sources}
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


def test_the_types_of_requests_and_answers_are_those_of_the_api(tmp_path: Path) -> None:
    generated = tmp_path / "api.ts"
    run(node_tools() / "openapi-typescript", "docs/openapi.json", "--output", generated)
    assert generated.read_text() == (CLIENT / "src/api.ts").read_text(), "run `make web`"


def test_the_module_beside_the_scripts_is_the_one_that_was_built() -> None:
    ours, built = CLIENT / "lib/embed.wasm", ROOT / "wasm_embed/embed.wasm"
    assert ours.read_bytes() == built.read_bytes(), "run `make web`"


def test_the_package_has_the_version_and_the_licence_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    package = json.loads((CLIENT / "package.json").read_text())
    assert package["version"] == project["version"]
    assert (CLIENT / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_client_needs_no_other_package() -> None:
    assert "dependencies" not in json.loads((CLIENT / "package.json").read_text())
    packages = json.loads((CLIENT / "package-lock.json").read_text())["packages"]
    assert all(one.get("dev") for name, one in packages.items() if name)
