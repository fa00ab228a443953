from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from deployment.archives import archive, function_bytes, package

TEMPLATE = """\
Resources:
  SignFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: SignFunction
      Layers:
      - Ref: EdgeSignerLayer
  EdgeSignerLayer:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: EdgeSignerLayer
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    (folder / "SignFunction").mkdir(parents=True)
    (folder / "SignFunction/app.py").write_bytes(b"12")
    (folder / "EdgeSignerLayer/python").mkdir(parents=True)
    (folder / "EdgeSignerLayer/python/words.py").write_bytes(b"345")
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def test_archives_of_the_same_content_are_the_same_bytes(tmp_path: Path) -> None:
    for folder, names in (("one", ("a.py", "b/c.py")), ("two", ("b/c.py", "a.py"))):
        for n, name in enumerate(names):
            file = tmp_path / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
            file.chmod(0o600 if n else 0o755)
            os.utime(file, (n * 1e9, n * 1e9))
        archive(tmp_path / folder, tmp_path / f"{folder}.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_lambdas_user_may_read_what_is_archived(built: Path, tmp_path: Path) -> None:
    (built / "SignFunction/app.py").chmod(0o600)
    archive(built / "SignFunction", tmp_path / "function.zip")
    (entry,) = zipfile.ZipFile(tmp_path / "function.zip").infolist()
    assert entry.external_attr >> 16 == 0o100644


def test_the_packaged_template_names_the_archives(built: Path, tmp_path: Path) -> None:
    archives = package(built, tmp_path / "package")
    assert [one.name for one in archives] == ["SignFunction.zip", "EdgeSignerLayer.zip"]
    template = (tmp_path / "package/template.yaml").read_text()
    assert "CodeUri: SignFunction.zip\n" in template
    assert "ContentUri: EdgeSignerLayer.zip\n" in template
    assert "Ref: EdgeSignerLayer\n" in template


def test_a_function_weighs_what_it_and_its_layers_do(built: Path) -> None:
    assert function_bytes(built) == {"SignFunction": (5, 90_000_000)}


def test_the_engine_may_weigh_what_lambda_admits(built: Path) -> None:
    (built / "CentralSignerLayer").mkdir()
    template = TEMPLATE.replace("EdgeSignerLayer\n  Edge", "CentralSignerLayer\n  Edge")
    (built / "template.yaml").write_text(template)
    assert function_bytes(built) == {"SignFunction": (2, 262_144_000)}
