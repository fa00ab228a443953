"""What the rubrics' checks see: requests under every policy, without and with ingredients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.signing.rules.digital_source_types import IPTC
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import shipped_policies
from edge_signer.signing.rules.redactions import Redaction
from tests.calls.documented_requests import DOCUMENTED_ASSERTIONS
from tests.conformance.ingredients.chains import manifests
from tests.media.sample_assets import png
from tests.media.sample_metadata import METADATA
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

#: Gives what to say to `Workshop.sign`, for a file.
Request = Callable[[Workshop, bytes], Mapping[str, Any]]
_EDITED = {"digitalSourceType": IPTC + "humanEdits"}
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
            {"action": "c2pa.cropped", **_EDITED},
            {"action": "c2pa.edited.metadata", "description": "caption", "reason": "com.example.r"},
            {
                "action": "c2pa.translated",
                **_EDITED,
                "parameters": {"sourceLanguage": "de-CH", "targetLanguage": "en"},
            },
            {"action": "com.example.stacked", "parameters": {"com.example.frames": 3}},
            {"action": "c2pa.resized.proportional"},
            {"action": "c2pa.published"},
        ],
        "allActionsIncluded": True,
    },
}
_PLACE = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": "39,21.102N"}
_NOTE = "harbour"


def _history(*actions: Mapping[str, Any]) -> dict[str, Any]:
    return {"c2pa.actions.v2": {"actions": [*actions], "allActionsIncluded": True}}


def _naming(name: str, *ids: str, **more: Any) -> dict[str, Any]:
    return {"action": name, "parameters": {"ingredientIds": [*ids]}, **more}


def _parent(workshop: Workshop, asset: bytes, **more: Any) -> Ingredient:
    store = signed_by_c2pa_rs(
        workshop,
        asset,
        media_type="image/png",
        embed=False,
        note=_NOTE,
        parents=[Parent(asset, relationship="componentOf")],
        assertions=_history({**_CREATED}, _naming("c2pa.placed", "0")),
    ).store
    return Ingredient("parentOf", id="parent", manifest_store=store, **more)


def _opened_alone(workshop: Workshop, asset: bytes) -> Mapping[str, Any]:
    said = _history({"action": "opened"})
    return {"assertions": said, "ingredients": [_parent(workshop, asset)]}


def _opened_and_changed(workshop: Workshop, asset: bytes) -> Mapping[str, Any]:
    small = Thumbnail("image/png", png())
    said = _history(
        {"action": "opened"},
        _naming("cropped", "parent", **_EDITED),
        _naming("transcoded", "parent"),
        {"action": "resized.proportional"},
        {"action": "published"},
    )
    parent = _parent(workshop, asset, title="parent.png", media_type="image/png", thumbnail=small)
    return {"assertions": {**said, **METADATA}, "ingredients": [parent], "thumbnail": small}


def _placed(workshop: Workshop, asset: bytes) -> Mapping[str, Any]:
    with_credentials = _parent(workshop, asset).manifest_store
    return {
        "assertions": _history(
            _naming("created", "prompt", digitalSourceType=IPTC + "composite"),
            _naming("placed", "sky", "logo"),
            _naming("mixed", "sky", "logo", **_EDITED),
        ),
        "ingredients": [
            Ingredient("componentOf", id="sky", manifest_store=with_credentials),
            Ingredient("componentOf", id="logo", thumbnail=Thumbnail("image/png", png())),
            Ingredient("inputTo", id="prompt", title="prompt.txt", description="The prompt"),
        ],
    }


def _changed_parent(workshop: Workshop, asset: bytes) -> Mapping[str, Any]:
    store = (_parent(workshop, asset).manifest_store or b"").replace(_NOTE.encode(), b"islands")
    ingredients = [Ingredient("parentOf", manifest_store=store)]
    return {"assertions": _history({"action": "opened"}), "ingredients": ingredients}


def _redacted(workshop: Workshop, asset: bytes) -> Mapping[str, Any]:
    first = workshop.sign(asset, {**_history(_CREATED), "c2pa.metadata": _PLACE})
    label = manifests(first)[-1].label
    uri = f"self#jumbf=/c2pa/{label}/c2pa.assertions/c2pa.metadata"
    return {
        "assertions": _history({"action": "opened"}),
        "ingredients": [Ingredient("parentOf", manifest_store=first)],
        "redactions": [Redaction(uri, "c2pa.PII.present")],
    }


def _updated(workshop: Workshop, asset: bytes) -> Mapping[str, Any]:
    return {
        "assertions": _history({"action": "opened"}, {"action": "published"}),
        "ingredients": [Ingredient("parentOf", manifest_store=workshop.sign(asset))],
        "is_update": True,
    }


#: With ingredients, by the name of what is special about them.
WITH_INGREDIENTS: dict[str, Request] = {
    "opened alone": _opened_alone,
    "opened and changed": _opened_and_changed,
    "placed": _placed,
    "a parent that was changed": _changed_parent,
    "a redaction": _redacted,
    "an update": _updated,
}


def _required(policy: SigningPolicy) -> dict[str, Any]:
    return {label: _SHORT[label] for label in policy.required_assertions}


def _allowed(policy: SigningPolicy) -> dict[str, Any]:
    return {label: content for label, content in _RICH.items() if policy.allows(label)}


#: Policies and assertions of requests without ingredients.
WITHOUT_INGREDIENTS: dict[str, tuple[str, Mapping[str, Any]]] = {
    f"{policy.policy_id}, {name}": (policy.policy_id, said(policy))
    for policy in shipped_policies().values()
    for name, said in {"what it requires": _required, "what it allows": _allowed}.items()
}
WITHOUT_INGREDIENTS["the API document's"] = ("newsroom-default-v3", DOCUMENTED_ASSERTIONS)


def _saying(policy_id: str, assertions: Mapping[str, Any]) -> Request:
    return lambda _workshop, _asset: {"policy_id": policy_id, "assertions": assertions}


REQUESTS: dict[str, Request] = {
    **{name: _saying(*said) for name, said in WITHOUT_INGREDIENTS.items()},
    **WITH_INGREDIENTS,
}
