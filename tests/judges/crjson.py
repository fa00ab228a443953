"""Content Credentials as c2pa-rs tells them in crJSON, the form that rubrics are written for."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import c2pa
import cbor2

from central_signer.engine_settings import TRUST_CONFIG
from tests.judges.jumbf_reader import read_store


@dataclass(frozen=True)
class Credentials:
    """What a sidecar says, and what c2pa-rs found when it checked.

    Attributes:
        store: The manifest store.
        manifest: The active manifest; empty where c2pa-rs could not tell it.
    """

    store: bytes
    manifest: dict[str, Any]

    @property
    def assertions(self) -> dict[str, dict[str, Any]]:
        return dict(self.manifest["assertions"])

    @property
    def claim(self) -> dict[str, Any]:
        return dict(self.manifest["claim.v2"])

    @property
    def claim_as_signed(self) -> dict[str, Any]:
        """The claim from the store itself: crJSON leaves out fields that c2pa-rs does not know."""
        manifest = read_store(self.store).children[-1]
        claim: dict[str, Any] = cbor2.loads(manifest.child("c2pa.claim.v2").content[0][1])
        return claim

    @property
    def actions(self) -> list[dict[str, Any]]:
        """All actions, wherever they stand: the rubric goes by the field and not by the label."""
        return [
            action
            for assertion in self.assertions.values()
            for action in assertion.get("actions", [])
        ]

    @property
    def action_names(self) -> list[str]:
        return [action["action"] for action in self.actions]

    @property
    def is_update(self) -> bool:
        """Whether it is an update manifest, which has no hard binding of its own."""
        return bool(self.manifest["isUpdateManifest"])

    def codes(self, outcome: str) -> set[str]:
        """The standard's codes for what c2pa-rs found, of the outcome `success` or `failure`."""
        return {one["code"] for one in self.manifest["validationResults"][outcome]}


def read_credentials(asset: bytes, media_type: str, store: bytes, anchors_pem: str) -> Credentials:
    settings = c2pa.Settings.from_dict(
        {"trust": {"trust_anchors": anchors_pem, "trust_config": TRUST_CONFIG}}
    )
    try:
        with (
            c2pa.Context(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(asset), store, context=context) as reader,
        ):
            report = json.loads(reader.crjson())
    except c2pa.C2paError:
        report = {}
    # The active manifest comes first.
    return Credentials(store, report.get("manifests", [{}])[0])
