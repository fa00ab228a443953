from __future__ import annotations

from collections.abc import Iterator

import pytest

from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.media.sample_assets import EXAMPLES


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def hello() -> bytes:
    return (EXAMPLES / "hello.wasm").read_bytes()
