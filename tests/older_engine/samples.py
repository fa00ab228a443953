"""Sidecars to be judged: several formats, algorithms and claims, and some that must be refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edge_signer.signing.action_model import IPTC
from edge_signer.signing.algorithm import ALGORITHMS
from tests.sample_assets import SAMPLE_ASSETS, SampleAsset
from tests.sample_metadata import METADATA
from tests.software_signer import ACTIONS, Workshop


@dataclass(frozen=True)
class Sample:
    """One sidecar and its asset.

    Attributes:
        name: What it shows.
        expected: The state that an engine must give.
    """

    name: str
    media_type: str
    asset: bytes
    manifest_store: bytes
    anchors_pem: str
    expected: str = "Trusted"


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
    """Give every sample; those that are to be refused come last."""
    workshops = {algorithm: Workshop(algorithm) for algorithm in ALGORITHMS}
    for algorithm, workshop in workshops.items():
        for asset in SAMPLE_ASSETS.values():
            yield _signed(algorithm, workshop, asset)
    workshop, photograph = workshops["ES256"], SAMPLE_ASSETS["JPEG"]
    for name, claims in CLAIMS.items():
        yield _signed(name, workshop, photograph, claims)
    yield from _to_be_refused(_signed("", workshop, photograph))


def _signed(name: str, workshop: Workshop, asset: SampleAsset, claims: Any = ACTIONS) -> Sample:
    store = workshop.sign(asset.content, claims)
    return Sample(name, asset.media_type, asset.content, store, workshop.ca.anchors_pem())


def _to_be_refused(good: Sample) -> Iterator[Sample]:
    """An engine that calls everything Trusted would say nothing about the others."""
    asset, store = good.asset, good.manifest_store
    other_asset = asset[:-40] + bytes([asset[-40] ^ 1]) + asset[-39:]
    yield replace(good, name="asset changed", asset=other_asset, expected="Invalid")
    other_store = store[:-1] + bytes([store[-1] ^ 1])
    yield replace(good, name="signature changed", manifest_store=other_store, expected="Invalid")
    stranger = Workshop().ca.anchors_pem()
    yield replace(good, name="signer unknown", anchors_pem=stranger, expected="Valid")
