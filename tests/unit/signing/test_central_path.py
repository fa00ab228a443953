"""What is counted where the central signer is asked."""

from __future__ import annotations

from typing import NoReturn

import pytest

from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError, KmsUnavailableError
from edge_signer.signing.central_path import CentralPath
from edge_signer.signing.central_signer import CentralRequest
from edge_signer.signing.errors import (
    CredentialUnavailableError,
    InvalidAssertionError,
    TbsTooLargeError,
    TsaUnavailableError,
)
from edge_signer.signing.signing_request import Attempt, SigningRequest
from edge_signer.telemetry.request_record import RequestRecord
from tests.signers.software_signer import ACTIONS, Workshop


class Refusing:
    """A central signer that refuses with an error."""

    def __init__(self, error: EdgeSignerError) -> None:
        self._error = error

    def sign(self, request: CentralRequest) -> NoReturn:
        assert request.asset_sha256
        raise self._error


def counts_after(error: EdgeSignerError, workshop: Workshop) -> dict[str, int]:
    path = CentralPath(Refusing(error), lambda _: pytest.fail("nothing to check"), lambda: ())
    request = SigningRequest("acme", bytes(32), ACTIONS, "newsroom-default-v3", False)
    record = RequestRecord("5f0c2f1e-8a0b-4d5b-9c37-0d7c6a1b2e3f")
    with pytest.raises(type(error)):
        path.sign(Attempt(request, workshop.service.plan(request), record, Deadline()))
    assert record.fallback_triggered
    return dict(record.counts)


@pytest.mark.parametrize(
    "error",
    [KmsRateLimitError, KmsUnavailableError, CredentialUnavailableError, TsaUnavailableError],
)
def test_a_central_signer_that_cannot_sign_is_counted(
    error: type[EdgeSignerError], workshop: Workshop
) -> None:
    assert counts_after(error("no"), workshop) == {"fallback_failed": 1}


@pytest.mark.parametrize("error", [InvalidAssertionError, TbsTooLargeError])
def test_what_the_client_must_fix_is_no_failure_of_the_central_signer(
    error: type[EdgeSignerError], workshop: Workshop
) -> None:
    assert counts_after(error("no"), workshop) == {}
