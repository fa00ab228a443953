"""The flow: what is released, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NoReturn

import pytest

from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import EdgeSignerError, KmsUnavailableError, StoreUnavailableError
from edge_signer.signing.credentials.time_stamp import TimeStamp
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.errors import (
    PolicyViolationError,
    TbsTooLargeError,
    TsaUnavailableError,
    UnknownPolicyError,
)
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.rules.policy_directory import shipped_policies
from edge_signer.signing.service import SigningService
from edge_signer.signing.signing_request import SigningRequest
from edge_signer.telemetry.request_record import RequestRecord
from emulator.credentials.development_ca import DevelopmentCa
from tests.signers.software_signer import (
    ACTIONS,
    MemoryStore,
    SoftwareSigner,
    Workshop,
    edge_path,
    policy_directory,
)


class LyingSigner(SoftwareSigner):
    """Signs something else than it was given."""

    def sign_tbs(self, tbs: bytes) -> bytes:
        return super().sign_tbs(tbs + b"!")


class Counting(SoftwareSigner):
    """Knows how often it signed."""

    def __init__(self) -> None:
        super().__init__(DevelopmentCa())
        self.signatures = 0

    def sign_tbs(self, tbs: bytes) -> bytes:
        self.signatures += 1
        return super().sign_tbs(tbs)


SHIPPED = shipped_policies()["newsroom-default-v3"]
POLICIES = policy_directory(
    {
        "newsroom-default-v3": SHIPPED,
        "stamped-v1": SHIPPED.model_copy(update={"time_stamp": "required"}),
        "untitled-v1": SHIPPED.model_copy(update={"title": "forbidden"}),
        "unstamped-v1": SHIPPED.model_copy(update={"time_stamp": "forbidden"}),
    }
)


class Stamping(HttpTimeStampAuthority):
    """Gives a token that nobody checks, or fails."""

    def __init__(self, fails: bool = False) -> None:
        self._fails = fails
        self.payloads: list[bytes] = []

    def require_usable(self) -> None:
        pass

    def stamp(self, payload: bytes) -> TimeStamp:
        self.payloads.append(payload)
        if self._fails:
            raise TsaUnavailableError("no")
        return TimeStamp(b"a whole response", b"a token", 7, datetime.now(UTC))


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
    service = SigningService(POLICIES, edge_path(liar, workshop.builder), None, store)
    with pytest.raises(KmsUnavailableError, match="does not verify"):
        service.sign(request(), RequestRecord("a request"), Deadline())
    assert store.kept == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"policy_id": "nobody-v1"}, UnknownPolicyError),
        ({"tsa": True}, TsaUnavailableError),
        ({"policy_id": "stamped-v1", "tsa": None}, TsaUnavailableError),
        ({"policy_id": "stamped-v1", "tsa": False}, PolicyViolationError),
        ({"policy_id": "unstamped-v1", "tsa": True}, PolicyViolationError),
        ({"policy_id": "untitled-v1", "title": "Harbour"}, PolicyViolationError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    changes: dict[str, object], error: type[EdgeSignerError]
) -> None:
    signer, store = Counting(), MemoryStore()
    service = SigningService(POLICIES, edge_path(signer, ManifestBuilder()), None, store)
    with pytest.raises(error):
        service.sign(request(**changes), RequestRecord("a request"), Deadline())
    assert (store.kept, signer.signatures) == ([], 0)


def test_more_than_16_kib_to_sign_is_refused(workshop: Workshop) -> None:
    signer, store = SoftwareSigner(workshop.ca), MemoryStore()
    signer.certificate_chain.__dict__["x5chain"] = (bytes(16_384),)
    service = SigningService(POLICIES, edge_path(signer, workshop.builder), None, store)
    with pytest.raises(TbsTooLargeError):
        service.sign(request(), RequestRecord("a request"), Deadline())
    assert store.kept == []


def test_every_step_is_timed(workshop: Workshop) -> None:
    record = RequestRecord("a request")
    workshop.service.sign(request(), record, Deadline())
    assert list(record.stopwatch.steps_ms) == [
        "policy",
        "credential",
        "wasm",
        "kms",
        "check",
        "store",
    ]


STEPS_WITH_A_STAMP = ["policy", "credential", "wasm", "kms", "check", "tsa", "store"]


@pytest.mark.parametrize(
    ("policy_id", "tsa", "is_stamped"),
    [
        ("newsroom-default-v3", None, False),
        ("newsroom-default-v3", False, False),
        ("newsroom-default-v3", True, True),
        ("stamped-v1", None, True),
        ("stamped-v1", True, True),
        ("unstamped-v1", None, False),
        ("unstamped-v1", False, False),
    ],
)
def test_the_client_decides_where_the_policy_leaves_it_to_him(
    workshop: Workshop, policy_id: str, tsa: bool | None, is_stamped: bool
) -> None:
    authority, store, record = Stamping(), MemoryStore(), RequestRecord("a request")
    service = SigningService(
        POLICIES, edge_path(workshop.signer, workshop.builder), None, store, authority
    )
    signed = service.sign(request(policy_id=policy_id, tsa=tsa), record, Deadline())
    assert (b"a token" in store.kept[0][2]) == is_stamped
    assert (signed.tsa_token_url == "https://manifests.test/7.tsr") == is_stamped
    assert len(store.stamps) == len(authority.payloads) == int(is_stamped)
    assert (list(record.stopwatch.steps_ms) == STEPS_WITH_A_STAMP) == is_stamped


def test_without_a_stamp_nothing_is_released(workshop: Workshop) -> None:
    store = MemoryStore()
    service = SigningService(
        POLICIES, edge_path(workshop.signer, workshop.builder), None, store, Stamping(fails=True)
    )
    with pytest.raises(TsaUnavailableError):
        service.sign(request(tsa=True), RequestRecord("a request"), Deadline())
    assert (store.kept, store.stamps) == ([], [])


@pytest.mark.parametrize("full", ["put", "put_time_stamp"])
def test_a_manifest_is_released_only_if_it_and_its_stamp_are_stored(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise StoreUnavailableError("full")

    store = MemoryStore()
    monkeypatch.setattr(MemoryStore, full, refuse)
    service = SigningService(
        POLICIES, edge_path(workshop.signer, workshop.builder), None, store, Stamping()
    )
    with pytest.raises(StoreUnavailableError):
        service.sign(request(tsa=True), RequestRecord("a request"), Deadline())


def test_a_token_makes_a_manifest_longer_by_itself_and_its_heads(workshop: Workshop) -> None:
    prepared = [workshop.sign(b"asset") for _ in range(2)]
    assert len(prepared[0]) == len(prepared[1])
    store = MemoryStore()
    service = SigningService(
        POLICIES, edge_path(workshop.signer, workshop.builder), None, store, Stamping()
    )
    service.sign(request(tsa=True), RequestRecord("a request"), Deadline())
    # {"sigTst2": {"tstTokens": [{"val": h'…'}]}}: the map's own byte is there without it, too.
    heads = len(b"\x67sigTst2\xa1\x69tstTokens\x81\xa1\x63val\x47")
    assert len(store.kept[0][2]) == len(prepared[0]) + heads + len(b"a token")


def test_two_manifests_of_one_asset_have_names_of_their_own(workshop: Workshop) -> None:
    first, second = workshop.sign(b"asset"), workshop.sign(b"asset")
    assert first != second
    assert len(first) == len(second)
