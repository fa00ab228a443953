"""An inline asset is signed with its manifest inside, or nothing is signed, stored or released."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.edge_path import CpuTimeSpentError, EdgePath, Patience
from edge_signer.signing.errors import EmbeddedStoreTooLargeError, EmbeddingUnavailableError
from edge_signer.signing.layout.asset_layout import AssetLayout
from edge_signer.signing.layout.hard_binding import HardBindingError, require_bound
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.service import SigningService
from edge_signer.signing.signing_request import SigningRequest
from edge_signer.telemetry.request_record import RequestRecord
from tests.media.odd_assets import ODD_ASSETS
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg, movie, png, text
from tests.signers.software_signer import (
    ACTIONS,
    MemoryStore,
    Workshop,
    admitted,
    edge_path,
    policy_directory,
)

PLACED = {n: a for n, a in (SAMPLE_ASSETS | ODD_ASSETS).items() if a.media_type != "text/plain"}


def request(asset: bytes, **changes: Any) -> SigningRequest:
    digest = hashlib.sha256(asset).digest()
    parts: dict[str, Any] = {"assertions": ACTIONS, "policy_id": "newsroom-default-v3", "tsa": None}
    return SigningRequest("acme", digest, **{**parts, **changes}, embedding=InlineEmbedding(asset))


def sign(workshop: Workshop, asset: bytes, **changes: Any) -> tuple[bytes, bytes]:
    """Give the signed file and its store."""
    wanted = request(asset, **changes)
    signed = workshop.service.sign(wanted, RequestRecord("a request"), Deadline())
    assert isinstance(wanted.embedding, InlineEmbedding)
    return wanted.embedding.signed(signed.manifest_store), signed.manifest_store


@pytest.mark.parametrize("name", PLACED)
def test_the_same_store_gives_the_same_file_again(workshop: Workshop, name: str) -> None:
    asset = PLACED[name].content
    signed, store = sign(workshop, asset)
    assert InlineEmbedding(asset).signed(store) == signed


@pytest.mark.parametrize("name", PLACED)
def test_a_file_with_one_changed_byte_is_not_the_one_that_was_signed(
    workshop: Workshop, name: str
) -> None:
    signed, store = sign(workshop, PLACED[name].content)
    require_bound(signed, store)
    with pytest.raises(HardBindingError):
        require_bound(bytes([signed[0] ^ 1]) + signed[1:], store)
    with pytest.raises(HardBindingError):
        require_bound(signed + b"\0", store)
    with pytest.raises(HardBindingError):
        require_bound(signed[:-1], store)


def test_a_store_of_another_asset_is_not_filled_in(workshop: Workshop) -> None:
    _, store = sign(workshop, jpeg())
    for other in (png(), movie(b"isom")):
        with pytest.raises(HardBindingError):
            InlineEmbedding(other).signed(store)


@pytest.mark.parametrize("damage", [b"\0", b"\0\0\0\x10", b"\0\0\0\x04free"])
def test_boxes_that_do_not_end_are_not_hashed(workshop: Workshop, damage: bytes) -> None:
    signed, store = sign(workshop, movie(b"isom"))
    with pytest.raises(HardBindingError):
        require_bound(signed + damage, store)


def test_a_file_that_would_not_verify_is_neither_stored_nor_released(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = AssetLayout.signed
    monkeypatch.setattr(AssetLayout, "signed", lambda *of: write(*of)[:-1] + b"!")
    store = MemoryStore()
    service = SigningService(
        policy_directory(workshop.policies),
        edge_path(workshop.signer, workshop.builder),
        None,
        store,
    )
    with pytest.raises(HardBindingError):
        service.sign(request(jpeg()), RequestRecord("a request"), Deadline())
    assert store.kept == []


@pytest.mark.parametrize("asset", [text(), jpeg()[:100], SAMPLE_ASSETS["MP4"].content + b"junk"])
def test_what_cannot_be_laid_out_is_refused_before_kms_is_asked(
    workshop: Workshop, asset: bytes
) -> None:
    before = workshop.signer.signatures
    for attempt in (
        lambda: workshop.service.plan(request(asset)),
        lambda: sign(workshop, asset),
    ):
        with pytest.raises(EdgeSignerError) as refused:
            attempt()
        assert refused.value.code == "ASSET_NOT_EMBEDDABLE"
    assert workshop.signer.signatures == before


def test_a_longer_manifest_gets_a_larger_place(workshop: Workshop) -> None:
    said = {**ACTIONS, "org.example.text": {"text": ["x" * 500] * 25}}
    for name in ("JPEG", "PDF", "MP4", "MP3"):
        signed, store = sign(workshop, PLACED[name].content, assertions=said)
        assert len(store) > 14_000
        require_bound(signed, store)


def test_a_manifest_that_no_file_can_hold_is_refused_without_a_size_to_announce(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_signer.signing.manifest.embedding.MAX_STORE_BYTES", 2000)
    monkeypatch.setattr("edge_signer.signing.layout.inline_embedding._USUAL_STORE_BYTES", 1000)
    with pytest.raises(EmbeddedStoreTooLargeError) as refused:
        sign(workshop, jpeg())
    assert (refused.value.store_bytes, "sidecar" in refused.value.message) == (None, True)


def test_a_file_that_no_answer_can_hold_is_refused_before_kms_is_asked(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer has the file and the store, in base64."""
    signed, store = sign(workshop, jpeg())
    answered = (len(signed) + len(store)) * 4 // 3
    monkeypatch.setattr(
        "edge_signer.signing.layout.inline_embedding.MAX_ANSWER_BYTES", answered - 100
    )
    before = workshop.signer.signatures, len(workshop.store.kept)
    with pytest.raises(EmbeddedStoreTooLargeError, match="sidecar"):
        sign(workshop, jpeg())
    assert (workshop.signer.signatures, len(workshop.store.kept)) == before


def test_the_layout_is_a_step_of_its_own(workshop: Workshop) -> None:
    record = RequestRecord("a request")
    workshop.service.sign(request(jpeg()), record, Deadline())
    steps = ["policy", "layout", "credential", "wasm", "kms", "check", "store"]
    assert list(record.stopwatch.steps_ms) == steps


class CpuClock:
    """CPU time of a process that stands still, unless a test says what takes how long."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        self._monkeypatch = monkeypatch
        monkeypatch.setattr("time.process_time", lambda: self.now_s)

    def charge(self, owner: type, method: str) -> None:
        """Let each call of a method take a second."""
        genuine = getattr(owner, method)

        def slow(*of: Any, **more: Any) -> Any:
            self.now_s += 1
            return genuine(*of, **more)

        self._monkeypatch.setattr(owner, method, slow)


def service_with_cpu_budget(workshop: Workshop) -> SigningService:
    patience = Patience(attempts=1, cpu_timeout_ms=200)
    edge = EdgePath(workshop.builder, lambda _: workshop.signer, admitted, lambda: patience)
    return SigningService(policy_directory(workshop.policies), edge, None, MemoryStore())


@pytest.mark.parametrize("usual_store_bytes", [4096, 1000])
def test_laying_out_once_or_again_takes_nothing_of_the_cpu_budget(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, usual_store_bytes: int
) -> None:
    """A new worker may have to compile the module first, and a large file takes long to hash."""
    usual = "edge_signer.signing.layout.inline_embedding._USUAL_STORE_BYTES"
    monkeypatch.setattr(usual, usual_store_bytes)
    cpu = CpuClock(monkeypatch)
    cpu.charge(AssetLayout, "__init__")
    service_with_cpu_budget(workshop).sign(request(jpeg()), RequestRecord("a request"), Deadline())
    assert cpu.now_s == (1 if usual_store_bytes == 4096 else 2)


def test_building_takes_from_the_cpu_budget(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpu = CpuClock(monkeypatch)
    cpu.charge(AssetLayout, "__init__")
    cpu.charge(ManifestBuilder, "prepare")
    with pytest.raises(EmbeddingUnavailableError) as given_up:
        service_with_cpu_budget(workshop).sign(
            request(jpeg()), RequestRecord("a request"), Deadline()
        )
    assert isinstance(given_up.value.__cause__, CpuTimeSpentError)


def test_where_the_edge_is_off_nothing_is_embedded(workshop: Workshop) -> None:
    service = SigningService(
        policy_directory(workshop.policies),
        edge_path(workshop.signer, workshop.builder),
        None,
        MemoryStore(),
        signs_here=lambda _: False,
    )
    with pytest.raises(EmbeddingUnavailableError):
        service.sign(request(jpeg()), RequestRecord("a request"), Deadline())
