"""What every policy signs, and the same with one thing in it spoilt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from tests.conformance.rubrics.signed_requests import REQUESTS
from tests.judges.crjson import Credentials, read_credentials
from tests.signers.forgery import forged
from tests.signers.software_signer import Workshop


class Spoiler(Protocol):
    """Gives the signed manifest again, with words changed that the signer would not change."""

    def __call__(
        self,
        *,
        label: str | None = None,
        assertions: Mapping[str, Any] | None = None,
        claim: Mapping[str, Any] | None = None,
    ) -> Credentials: ...


@pytest.fixture(params=REQUESTS)
def signed(request: pytest.FixtureRequest, drawing: bytes, workshop: Workshop) -> Credentials:
    """What the service signs, under every policy that is shipped, and with ingredients."""
    store = workshop.sign(drawing, tsa=False, **REQUESTS[request.param](workshop, drawing))
    return read_credentials(drawing, "image/png", store, workshop.ca.anchors_pem())


@pytest.fixture
def spoilt(signed: Credentials, drawing: bytes, workshop: Workshop) -> Spoiler:
    def spoil(**changes: Any) -> Credentials:
        store = forged(signed.store, workshop.signer, **changes)
        return read_credentials(drawing, "image/png", store, workshop.ca.anchors_pem())

    return spoil
