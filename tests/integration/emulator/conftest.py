from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.stack.resources import Services
from emulator.system import Settings
from tests.system.running import Running, running

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def host() -> ServiceHost:
    """Mended moto, in this process."""
    return moto_host()


@pytest.fixture(scope="session")
def aws(host: ServiceHost) -> Services:
    """Clients of mended moto, without a socket between."""
    return in_process_services(host)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running system with functions that misbehave when asked to."""
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("state"),
        template=HERE / "template.yaml",
        concurrency=4,
    )
    with running(settings) as system:
        yield system
