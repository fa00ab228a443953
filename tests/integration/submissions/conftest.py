"""AWS in this process, for what reads submissions."""

from __future__ import annotations

import pytest

from emulator.aws.services import ServiceHost, moto_host


@pytest.fixture(scope="module")
def host() -> ServiceHost:
    return moto_host()
