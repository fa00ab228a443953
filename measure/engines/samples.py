"""Signed assets to judge: every format and algorithm, several claims, and some to be refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.manifest.embedding import LAYOUTS
from edge_signer.signing.manifest.manifest_reader import read_manifest
from edge_signer.signing.rules.digital_source_types import IPTC
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset
from tests.media.sample_metadata import METADATA
from tests.signers.central_workshop import CentralWorkshop
from tests.signers.embedding import embedded
from tests.signers.software_signer import ACTIONS, Workshop


@dataclass(frozen=True)
class Sample:
    """One asset and its manifest store.

    Attributes:
        name: What it shows.
        algorithm: What signed it.
        expected: The state that an engine must give.
        stamped: Whether it carries a time-stamp.
        manifest_store: A sidecar; empty if the store is inside the asset.
    """

    name: str
    algorithm: AlgorithmName
    media_type: str
    asset: bytes
    manifest_store: bytes
    anchors_pem: str
    expected: str = "Trusted"
    stamped: bool = False


CLAIMS: dict[str, dict[str, Any]] = {
    "all that an action can have": {
        "c2pa.actions.v2": {
            "actions": [
                {
                    "action": "c2pa.created",
                    "digitalSourceType": IPTC + "digitalCreation",
                    "when": "2026-01-31T12:00:00.123456789+01:00",
                    "softwareAgent": {"name": "Brush", "version": "7"},
                    "description": "Zoë 😀",
                },
                {
                    "action": "com.example.stacked",
                    "parameters": {"com.example.n": {"a": [None, 1.5]}},
                },
            ],
            "allActionsIncluded": True,
        }
    },
    "agents in a list, and templates": {
        "c2pa.actions.v2": {
            "softwareAgents": [{"name": "Brush", "version": "7"}, {"name": "Resizer"}],
            "templates": [
                {"action": "*", "description": "made by the desk"},
                {
                    "action": "com.example.stacked",
                    "softwareAgentIndex": 1,
                    "templateParameters": {"com.example.n": {"a": [None, 1.5]}},
                },
            ],
            "actions": [
                {
                    "action": "c2pa.created",
                    "digitalSourceType": IPTC + "digitalCreation",
                    "softwareAgentIndex": 0,
                },
                {"action": "com.example.stacked"},
            ],
            "allActionsIncluded": True,
        }
    },
    "AI disclosure": {
        "c2pa.actions.v2": {
            "actions": [
                {"action": "c2pa.created", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"}
            ],
            "allActionsIncluded": True,
        },
        "c2pa.ai-disclosure": {
            "modelType": "c2pa.types.model.huggingface.transformers",
            "modelName": "Example 2",
            "modelIdentifier": "pkg:huggingface/example/example-2@main",
            "contentProfile": {"humanOversightLevel": "prompt_guided"},
            "scientificDomain": "cs.CV",
        },
    },
    "custom assertions": {
        **ACTIONS,
        "com.example.a": {},
        "org.example.b.v2": {"": [1, -1, 2**63 - 1, -(2**63), 0.1, 1e300, True, None, "\u0000"]},
    },
    "metadata": {**ACTIONS, **METADATA},
    "preferences": {
        **ACTIONS,
        "cawg.training-mining": {"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}},
    },
}


def samples() -> Iterator[Sample]:
    """Give every sample; those that engines must refuse come last."""
    workshops = {algorithm: Workshop(algorithm) for algorithm in ALGORITHMS}
    for algorithm, workshop in workshops.items():
        for name, asset in SAMPLE_ASSETS.items():
            store = workshop.sign(asset.content, ACTIONS)
            yield _sample(f"{algorithm}, {name}", workshop.ca, asset, store, algorithm)
    workshop, photograph = workshops["ES256"], SAMPLE_ASSETS["JPEG"]
    for name, claims in CLAIMS.items():
        store = workshop.sign(photograph.content, claims)
        yield _sample(name, workshop.ca, photograph, store)
    titled = workshop.sign(photograph.content, ACTIONS, title="Harbour, Zoë 😀")
    yield _sample("title", workshop.ca, photograph, titled)
    central = CentralWorkshop(workshop).sign(photograph.content, ACTIONS).manifest_store
    yield _sample("central signer", workshop.ca, photograph, central)
    yield _stamped(workshop.ca, photograph)
    for name, asset in SAMPLE_ASSETS.items():
        if asset.media_type in LAYOUTS:
            _, signed = embedded(workshop, asset.content)
            yield _sample(f"inside, {name}", workshop.ca, replace(asset, content=signed), b"")
    good = workshop.sign(photograph.content, ACTIONS)
    yield from _to_be_refused(_sample("", workshop.ca, photograph, good))


def _sample(
    name: str,
    ca: DevelopmentCa,
    asset: SampleAsset,
    store: bytes,
    algorithm: AlgorithmName = "ES256",
) -> Sample:
    return Sample(name, algorithm, asset.media_type, asset.content, store, ca.anchors_pem())


def _stamped(ca: DevelopmentCa, asset: SampleAsset) -> Sample:
    roots_pem = ca.timestamp_anchors_pem()
    with time_stamp_server(Behaviour(emulated_authority(ca).reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(roots_pem))
        store = Workshop(ca=ca, authority=authority).sign(asset.content, ACTIONS, tsa=True)
    sample = _sample("time-stamp", ca, asset, store)
    return replace(sample, anchors_pem=sample.anchors_pem + roots_pem, stamped=True)


def _to_be_refused(good: Sample) -> Iterator[Sample]:
    """An engine that calls everything Trusted would prove nothing about the others."""
    asset, store = good.asset, good.manifest_store
    other_asset = asset[:-40] + bytes([asset[-40] ^ 1]) + asset[-39:]
    yield replace(good, name="asset changed", asset=other_asset, expected="Invalid")
    other_store = store[:-1] + bytes([store[-1] ^ 1])
    yield replace(good, name="signature changed", manifest_store=other_store, expected="Invalid")
    for renamed in _renamed(store):
        yield replace(good, name="label changed", manifest_store=renamed, expected="Invalid")
    stranger = DevelopmentCa().anchors_pem()
    yield replace(good, name="signer unknown", anchors_pem=stranger, expected="Valid")


def _renamed(store: bytes) -> Iterator[bytes]:
    """Change each character of the manifest's label, where the box has it, in turn."""
    label = read_manifest(store).label.encode()
    begin = store.index(label)
    for at in range(begin, begin + len(label)):
        other = b"0" if store[at : at + 1] != b"0" else b"1"
        yield store[:at] + other + store[at + 1 :]
