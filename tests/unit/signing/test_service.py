"""The flow: what is released, and what never is."""

from __future__ import annotations

import pytest

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.platform.stopwatch import Stopwatch
from edge_signer.signing.errors import (
    KmsUnavailableError,
    TbsTooLargeError,
    TsaUnavailableError,
    UnknownPolicyError,
)
from edge_signer.signing.policy_document import shipped_policies
from edge_signer.signing.service import SigningRequest, SigningService
from tests.software_signer import (
    ACTIONS,
    MemoryStore,
    SoftwareSigner,
    Workshop,
    policy_directory,
)

POLICIES = policy_directory(shipped_policies())


class LyingSigner(SoftwareSigner):
    """Signs something else than it was given."""

    def sign_tbs(self, tbs: bytes) -> bytes:
        return super().sign_tbs(tbs + b"!")


def request(**changes: object) -> SigningRequest:
    parts = {
        "tenant_id": "acme",
        "asset_sha256": bytes(32),
        "assertions": ACTIONS,
        "policy_id": "newsroom-default-v3",
        "tsa": False,
    }
    return SigningRequest(**{**parts, **changes})  # type: ignore[arg-type]


def test_a_signature_that_does_not_verify_is_never_stored(workshop: Workshop) -> None:
    store = MemoryStore()
    liar = LyingSigner(workshop.ca)
    service = SigningService(POLICIES, workshop.builder, lambda _: liar, store)
    with pytest.raises(KmsUnavailableError, match="does not verify"):
        service.sign(request(), Stopwatch())
    assert store.kept == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"policy_id": "nobody-v1"}, UnknownPolicyError),
        ({"tsa": True}, TsaUnavailableError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    changes: dict[str, object], error: type[EdgeSignerError]
) -> None:
    workshop = Workshop()
    with pytest.raises(error):
        workshop.service.sign(request(**changes), Stopwatch())
    assert workshop.store.kept == []


def test_more_than_16_kib_to_sign_is_refused(workshop: Workshop) -> None:
    signer, store = SoftwareSigner(workshop.ca), MemoryStore()
    signer.certificate_chain.__dict__["x5chain"] = (bytes(16_384),)
    service = SigningService(POLICIES, workshop.builder, lambda _: signer, store)
    with pytest.raises(TbsTooLargeError):
        service.sign(request(), Stopwatch())
    assert store.kept == []


def test_every_step_is_timed(workshop: Workshop) -> None:
    stopwatch = Stopwatch()
    workshop.service.sign(request(), stopwatch)
    assert list(stopwatch.steps_ms) == ["policy", "credential", "wasm", "kms", "check", "store"]


def test_two_manifests_of_one_asset_have_names_of_their_own(workshop: Workshop) -> None:
    first, second = workshop.sign(b"asset"), workshop.sign(b"asset")
    assert first != second
    assert len(first) == len(second)
