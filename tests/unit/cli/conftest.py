from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.signing import sign
from tests.conftest import ROOT
from tests.signers.sign_runs import Signer

PHOTOGRAPH = ROOT / "examples/rocket-small.jpg"


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Signer:
    signer = Signer()
    monkeypatch.setattr(sign, "EdgeSigner", lambda *_, **__: signer)
    return signer


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    for name in ("one.jpg", "two.jpg", "sub/three.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PHOTOGRAPH, folder / name)
    return folder
