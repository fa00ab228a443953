"""What is released can be installed and used without the checkout; `make release`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployment.release import version
from edge_signer.signing.rules.digital_source_types import TERMS
from tests.conftest import ROOT
from tests.system.client_wheel import build
from tests.system.waiting import wait_for

pytestmark = pytest.mark.skipif(
    "RELEASED" not in os.environ, reason="make release builds what is tested here"
)
CAPTURE = TERMS["digitalCapture"]
SIGNS_IN_PYTHON = """
import sys
from pathlib import Path
from edge_signer_client import Credentials, EdgeSigner, embed_file

url, token, asset, target, source_type = sys.argv[1:]
said = {"c2pa.actions": [{"action": "created", "digitalSourceType": source_type}]}
signer = EdgeSigner(url, Credentials(token))
print(embed_file(signer, Path(asset), Path(target), "newsroom-default-v3", said).manifest_url)
"""
SIGNS_IN_NODE = """
import { readFile, writeFile } from "node:fs/promises";
import { EdgeSigner } from "edge-signer-client";

const [url, token, asset, target, digitalSourceType] = process.argv.slice(2);
const said = { "c2pa.actions": [{ action: "created", digitalSourceType }] };
const signer = new EdgeSigner(url, token);
const photograph = new Blob([await readFile(asset)]);
const { signed } = await signer.embed(photograph, "newsroom-default-v3", said);
await writeFile(target, Buffer.from(await signed.arrayBuffer()));
"""


@dataclass(frozen=True)
class Command:
    """The installed command, beside an empty folder."""

    program: Path
    folder: Path

    def __call__(self, *arguments: object, code: int = 0) -> str:
        told = subprocess.run(
            [self.program, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert told.returncode == code, (arguments, told.stdout, told.stderr)
        return told.stdout

    @property
    def environment(self) -> dict[str, str]:
        """Without anything that leads into the checkout."""
        return {
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "EDGE_SIGNER_STATE": str(self.folder / "state"),
        }

    @property
    def local(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state/local.json").read_text())
        return found


def released(pattern: str) -> Path:
    (found,) = Path(os.environ["RELEASED"]).glob(pattern)
    return found


def installed(wheel: Path, folder: Path) -> Path:
    """Install a wheel with what it declares, and nothing else, into a new environment."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin/python")
    uv = Path(sys.executable).with_name("uv")
    quick = [str(uv), "pip", "install", "--quiet", "--python", python]
    usual = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*(quick if uv.exists() else usual), str(wheel)], check=True)
    return folder / "bin"


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The installed command, with the system that it runs."""
    folder = tmp_path_factory.mktemp("elsewhere")
    programs = installed(released("edge_signer-*.whl"), folder / "environment")
    command = Command(programs / "edge-signer", folder)
    run: list[str | Path] = [command.program, "run", "--port", "0"]
    with (folder / "run.log").open("wb") as log:
        system = subprocess.Popen(
            run, cwd=folder, env=command.environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        serving = folder / "state/local.json"
        wait_for(lambda: serving.exists() or system.poll() is not None, every_s=0.05)
        assert system.poll() is None, (folder / "run.log").read_text()
        yield command
    finally:
        system.terminate()
        system.wait()


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "examples/rocket-small.jpg", tmp_path / "photo.jpg"))


def require_trusted(command: Command, signed: Path) -> None:
    report = json.loads(command("verify", signed, "--json"))
    assert report["verdict"] == "Trusted"
    assert {engine["verdict"] for engine in report["engines"]} == {"Trusted"}


def test_the_installed_command_signs_and_verifies(command: Command, photograph: Path) -> None:
    signed = photograph.with_name("signed.jpg")
    told = command("sign", photograph, "-o", signed, "--source-type", "digitalCapture", "--json")
    assert json.loads(told)["outcome"] == "signed"
    require_trusted(command, signed)
    assert command("--version").strip() == version()


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",),
        ("flags", "list"),
        ("policies", "list"),
        ("tenants", "list"),
        ("trust", "list"),
        ("certificate", "show"),
        ("admin", "breaker", "status"),
        ("admin", "audit", "list"),
    ],
    ids=" ".join,
)
def test_the_installed_command_answers(command: Command, arguments: tuple[str, ...]) -> None:
    assert json.loads(command(*arguments, "--json")) is not None


def test_the_installed_command_runs_a_job(command: Command) -> None:
    module = ROOT / "examples/hello.wasm"
    assert command("execute-job", module, "Hello, World!") == "!dlroW ,olleH\n"


def test_an_address_and_a_token_are_enough(command: Command, photograph: Path) -> None:
    local = command.local
    access = ("--url", local["url"], "--token", local["tenants"][0]["token"])
    signed = photograph.with_name("signed.jpg")
    command("sign", photograph, "-o", signed, "--source-type", "digitalCapture", *access)
    require_trusted(command, signed)


def test_the_installed_python_client_signs(
    command: Command, photograph: Path, tmp_path: Path
) -> None:
    python = installed(released("edge_signer_client-*.whl"), tmp_path / "client") / "python"
    local, signed = command.local, tmp_path / "signed.jpg"
    access = (local["url"], local["tenants"][0]["token"])
    arguments = [python, "-c", SIGNS_IN_PYTHON, *access, photograph, signed, CAPTURE]
    subprocess.run([*map(str, arguments)], cwd=tmp_path, env={}, check=True)
    require_trusted(command, signed)


def test_the_installed_javascript_client_signs(
    command: Command, photograph: Path, tmp_path: Path
) -> None:
    package = released("edge-signer-client-*.tgz")
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    install = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", str(package)]
    subprocess.run(install, cwd=folder, check=True)
    (folder / "sign.mjs").write_text(SIGNS_IN_NODE)
    local, signed = command.local, tmp_path / "signed.jpg"
    access = (local["url"], local["tenants"][0]["token"])
    arguments = ["node", "sign.mjs", *access, photograph, signed, CAPTURE]
    subprocess.run([*map(str, arguments)], cwd=folder, check=True)
    require_trusted(command, signed)


def test_the_sources_give_the_wheels(tmp_path: Path) -> None:
    for name in ("edge_signer", "edge_signer_client"):
        unpacked = tmp_path / name
        shutil.unpack_archive(released(f"{name}-*.tar.gz"), unpacked, filter="data")
        (sources,) = unpacked.iterdir()
        again = build(tmp_path / f"{name}-wheel", sources=sources)
        assert again.read_bytes() == released(f"{name}-*.whl").read_bytes(), name


def test_the_application_is_complete_and_of_this_version(tmp_path: Path) -> None:
    with zipfile.ZipFile(released("edge-signer-sam-*.zip")) as archive:
        archive.extractall(tmp_path)
    template = yaml.safe_load((tmp_path / "template.yaml").read_text())
    about = template["Metadata"]["AWS::ServerlessRepo::Application"]
    assert about["SemanticVersion"] == version()
    code = {
        resource["Properties"].get("CodeUri") or resource["Properties"].get("ContentUri")
        for resource in template["Resources"].values()
        if resource["Type"] in {"AWS::Serverless::Function", "AWS::Serverless::LayerVersion"}
    }
    for name in (*code, about["LicenseUrl"], about["ReadmeUrl"]):
        assert (tmp_path / name).stat().st_size


def test_the_checksums_are_of_every_file() -> None:
    sums = released("SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in sums)}
    files = {one for one in released("SHA256SUMS").parent.iterdir() if one.name != "SHA256SUMS"}
    assert listed == {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files}
