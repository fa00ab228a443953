"""What every policy signs, and the same with one thing in it spoilt."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from edge_signer.platform.deadline import Deadline
from edge_signer.signing.rules.digital_source_types import IPTC
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import shipped_policies
from edge_signer.signing.signing_request import SigningRequest
from edge_signer.telemetry.request_record import RequestRecord
from tests.calls.documented_requests import DOCUMENTED_ASSERTIONS
from tests.judges.crjson import Credentials, read_credentials
from tests.media.sample_metadata import METADATA
from tests.signers.forgery import forged
from tests.signers.software_signer import Workshop

_CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
_SHORT = {
    "c2pa.actions.v2": [{**_CREATED, "action": "created", "softwareAgent": "Camera"}],
    "cawg.training-mining": {"limitations": "no-generative-ai"},
}
_RICH = {
    "com.example.desk": {"editor": "Zoë", "tags": ["a", None, 1.5]},
    "org.example.rights.v2": {"holder": {"name": "Agency"}},
    **METADATA,
    "cawg.training-mining": {
        "entries": {
            "cawg.ai_generative_training": {"use": "notAllowed"},
            "cawg.data_mining": {"use": "constrained", "constraint_info": "ask"},
        }
    },
    "c2pa.actions.v2": {
        "actions": [
            {**_CREATED, "when": "2026-01-31T12:00:00Z", "softwareAgent": {"name": "Camera"}},
            {"action": "c2pa.cropped", "digitalSourceType": IPTC + "humanEdits"},
            {"action": "c2pa.edited.metadata", "description": "caption", "reason": "com.example.r"},
            {
                "action": "c2pa.translated",
                "digitalSourceType": IPTC + "humanEdits",
                "parameters": {"sourceLanguage": "de-CH", "targetLanguage": "en"},
            },
            {"action": "com.example.stacked", "parameters": {"com.example.frames": 3}},
            {"action": "c2pa.resized.proportional"},
            {"action": "c2pa.published"},
        ],
        "allActionsIncluded": True,
    },
}


def _required(policy: SigningPolicy) -> dict[str, Any]:
    return {label: _SHORT[label] for label in policy.required_assertions}


def _allowed(policy: SigningPolicy) -> dict[str, Any]:
    return {label: content for label, content in _RICH.items() if policy.allows(label)}


_REQUESTS = {
    f"{policy.policy_id}, {name}": (policy.policy_id, said(policy))
    for policy in shipped_policies().values()
    for name, said in {"what it requires": _required, "what it allows": _allowed}.items()
}


_REQUESTS["the API document's"] = ("newsroom-default-v3", DOCUMENTED_ASSERTIONS)


class Spoiler(Protocol):
    """Gives the signed manifest again, with words changed that the signer would not change."""

    def __call__(
        self,
        *,
        label: str | None = None,
        assertions: Mapping[str, Any] | None = None,
        claim: Mapping[str, Any] | None = None,
    ) -> Credentials: ...


@pytest.fixture(params=_REQUESTS)
def signed(request: pytest.FixtureRequest, drawing: bytes, workshop: Workshop) -> Credentials:
    """What the service signs, under every policy that is shipped."""
    policy_id, said = _REQUESTS[request.param]
    digest = hashlib.sha256(drawing).digest()
    workshop.service.sign(
        SigningRequest("acme", digest, said, policy_id, tsa=False),
        RequestRecord("a request"),
        Deadline(),
    )
    store = workshop.store.kept[-1][2]
    return read_credentials(drawing, "image/png", store, workshop.ca.anchors_pem())


@pytest.fixture
def spoilt(signed: Credentials, drawing: bytes, workshop: Workshop) -> Spoiler:
    def spoil(**changes: Any) -> Credentials:
        store = forged(signed.store, workshop.signer, **changes)
        return read_credentials(drawing, "image/png", store, workshop.ca.anchors_pem())

    return spoil
