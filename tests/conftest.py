from __future__ import annotations

from pathlib import Path

import pytest

from tests.media.sample_assets import EXAMPLES, png
from tests.signers.software_signer import Workshop

ROOT = Path(__file__).resolve().parent.parent


# Begun last, one of these would keep a single core busy while the others have nothing to do.
LONGEST_FIRST = (
    *("test_fuzzed_requests.py", "test_mutated_inputs.py", "test_flags.py", "test_job_storm.py"),
    *("test_chaos.py", "test_rate_limits.py", "test_both_paths.py", "test_engines.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items.sort(key=lambda item: item.path.name not in LONGEST_FIRST)


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
