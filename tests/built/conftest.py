from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.system import Settings
from tests.system.running import Running, running


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archives as Lambda unpacks them, beside the template that they were built from."""
    artefacts, folder = Path(os.environ["BUILT_ARTEFACTS"]), tmp_path_factory.mktemp("built")
    for archive in (artefacts / "package").glob("*.zip"):
        with zipfile.ZipFile(archive) as archived:
            archived.extractall(folder / archive.stem)
    shutil.copy(artefacts / "build/template.yaml", folder)
    return folder


@pytest.fixture(scope="session")
def system(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole system, its functions from the archives and under Lambda's version of Python."""
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("state"),
        template=built / "template.yaml",
        interpreter=Path(os.environ["LAMBDA_PYTHON"]).absolute(),
    )
    with running(settings) as system:
        yield system
