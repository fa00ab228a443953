from __future__ import annotations

from pathlib import Path

import pytest

from tests.sample_assets import EXAMPLES, png
from tests.software_signer import Workshop

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for `pytest -n`: all tests of a group run in one process.

    A file is a group, so that what its fixtures start is started once. The files that use their
    folder's running system are one group for the same reason.
    """
    sharing = {item.path for item in items if _uses_the_folders_system(item)}
    for item in items:
        group = item.path.parent if item.path in sharing else item.path
        item.add_marker(pytest.mark.xdist_group(str(group.relative_to(ROOT))))


def _uses_the_folders_system(item: pytest.Item) -> bool:
    module = item.getparent(pytest.Module)
    return (
        "system" in getattr(item, "fixturenames", ())
        and module is not None
        and not hasattr(module.obj, "system")
    )


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="session")
def photograph() -> bytes:
    """A JPEG of 112 KB, from a camera."""
    return (EXAMPLES / "rocket.jpg").read_bytes()


@pytest.fixture(scope="session")
def drawing() -> bytes:
    """A small PNG."""
    return png()
