"""What tests of ingredients share: requests, and what stands in a store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_signer.signing.manifest.cbor_reader import read_cbor
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.verification.store_reader import Box, manifests_of
from tests.judges.engines import require_all_trust
from tests.signers.software_signer import Workshop

POLICY = "newsroom-default-v3"


def opened(*more: Mapping[str, Any]) -> dict[str, Any]:
    actions = [{"action": "opened"}, *more]
    return {"c2pa.actions.v2": {"actions": actions, "allActionsIncluded": True}}


def roots(*workshops: Workshop) -> str:
    return "".join(one.ca.anchors_pem() for one in workshops)


def manifests(store: bytes) -> list[Box]:
    found = manifests_of(store)
    assert found
    return [*found]


def assertion(store: bytes, label: str, manifest: int = -1) -> Any:
    for part in manifests(store)[manifest].children:
        for one in part.children:
            if one.label == label:
                return read_cbor(one.content("cbor"))
    raise KeyError(label)


def require_trusted(
    asset: bytes, store: bytes | None, anchors_pem: str, media_type: str = "image/jpeg"
) -> None:
    require_all_trust(asset, media_type, store, anchors_pem)


def recorded(store: bytes, label: str = "c2pa.ingredient.v3") -> dict[str, set[str]]:
    active = assertion(store, label)["validationResults"]["activeManifest"]
    return {kind: {one["code"] for one in listed} for kind, listed in active.items()}


def policy(workshop: Workshop, **changes: Any) -> SigningPolicy:
    changed = workshop.policies[POLICY].model_copy(update=changes)
    workshop.policies[POLICY] = changed
    return changed
