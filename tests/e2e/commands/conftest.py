"""What the commands are given: a photograph, and the state directory of a running system."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.system.running import Running


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "examples/rocket-small.jpg", tmp_path / "photo.jpg"))


@pytest.fixture
def state(system: Running) -> Path:
    return Path(system.state.anchors).parent
