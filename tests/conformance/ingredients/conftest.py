"""A camera of somebody else, and a newsroom that trusts it."""

from __future__ import annotations

import pytest

from tests.judges.verifying import trusting
from tests.signers.software_signer import Workshop


@pytest.fixture
def camera() -> Workshop:
    """Somebody else's signer."""
    return Workshop(name="Camera")


@pytest.fixture
def newsroom(camera: Workshop) -> Workshop:
    """Our signer, which trusts the camera's."""
    found = Workshop()
    found.trust = trusting(found.ca.anchors_pem() + camera.ca.anchors_pem())
    return found
