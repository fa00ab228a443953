"""The wheel of the client: complete, typed, and the same bytes wherever it is built."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from edge_signer_client.layout_module import MODULE_PATH
from tests.conftest import ROOT
from tests.media.sample_assets import EXAMPLES
from tests.system.client_wheel import build, install, run

SOURCES = ROOT / "client/edge_signer_client"
EMBEDS = """
import io, sys
from pathlib import Path
import edge_signer_client
from edge_signer_client.embedding import AssetLayout

asset, signed = Path(sys.argv[1]), io.BytesIO()
with asset.open("rb") as content:
    layout = AssetLayout(content, 2560)
    layout.write(signed)
layout.fill(signed, bytes.fromhex("00000a00") + b"jumb" + bytes(2552))
print(edge_signer_client.__file__, layout.media_type, len(signed.getvalue()), layout.signed_bytes)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def test_an_installed_wheel_embeds_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    install(wheel, installed)
    asset = EXAMPLES / "rocket-small.jpg"
    told = run(installed, EMBEDS, str(asset), cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    file, media_type, written, planned = told.stdout.split()
    assert Path(file).is_relative_to(installed)
    assert media_type == "image/jpeg"
    assert int(written) == int(planned) > asset.stat().st_size + 2560


def test_the_wheel_holds_every_source_the_types_and_the_module_itself(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {one for one in archive.namelist() if ".dist-info/" not in one}
        assert names == {
            *(f"edge_signer_client/{one.name}" for one in SOURCES.glob("*.py")),
            "edge_signer_client/embed.wasm",
            "edge_signer_client/py.typed",
        }
        assert archive.read("edge_signer_client/embed.wasm") == MODULE_PATH.read_bytes()


def test_the_archive_of_sources_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    first, again = (build(tmp_path / one, "sdist") for one in ("first", "again"))
    assert first.read_bytes() == again.read_bytes()
    with tarfile.open(first) as archive:
        assert all(member.isfile() for member in archive)
        archive.extractall(tmp_path / "unpacked", filter="data")
    # There is no checkout around these to take the module from.
    (sources,) = (tmp_path / "unpacked").iterdir()
    assert build(tmp_path / "wheel", sources=sources).read_bytes() == wheel.read_bytes()


def test_it_says_what_the_project_says(metadata: Message) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert metadata["Name"] == "edge-signer-client"
    assert metadata["Version"] == project["version"]
    assert metadata["License-Expression"] == project["license"]
    assert metadata["Requires-Python"] == project["requires-python"]
    assert (ROOT / "client/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert metadata.get_payload() == (ROOT / "client/README.md").read_text()


def test_it_requires_what_the_client_imports_in_the_versions_that_are_tested(
    metadata: Message,
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = metadata.get_all("Requires-Dist")
    assert required == ["urllib3", "wasmtime~=50.0"]
    assert set(required) <= set(project["dependencies"])
