from __future__ import annotations

from pathlib import Path

import pytest

from tests.sample_assets import EXAMPLES, png
from tests.software_signer import Workshop

ROOT = Path(__file__).resolve().parent.parent


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
