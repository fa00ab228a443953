"""The assertions of a manifest definition, and what its actions say about ingredients."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.definitions.fields import Source
from edge_signer.signing.rules.metadata import is_metadata
from edge_signer_client import Redaction

_ACTIONS = {"c2pa.actions", "c2pa.actions.v2"}
_MADE_BY_THE_SIGNER = {
    "c2pa.hash.data": "the signer binds the manifest to the asset",
    "c2pa.hash.bmff": "the signer binds the manifest to the asset",
    "c2pa.hash.boxes": "the signer binds the manifest to the asset",
    "c2pa.ingredient": "give it under ingredients",
    "c2pa.thumbnail": "give it as thumbnail, or as that of an ingredient",
}
_REDACTED = "c2pa.redacted"


@dataclass(frozen=True)
class DefinedAssertions:
    """What a definition's assertions say.

    Attributes:
        others: Content of each by its label, except the actions.
        actions: The actions, in order.
        about_actions: The other fields of their assertion.
        redactions: What is taken out of ingredients, with the reasons.
    """

    others: dict[str, Any] = field(default_factory=dict)
    actions: list[dict[str, Any]] = field(default_factory=list)
    about_actions: dict[str, Any] = field(default_factory=dict)
    redactions: list[Redaction] = field(default_factory=list)


def read_assertions(
    source: Source, given: Mapping[str, Any], ids: Mapping[str, str]
) -> DefinedAssertions:
    """Translate `assertions` and `redactions` of a definition.

    Args:
        source: Where they stand.
        given: The definition.
        ids: What the request calls each ingredient, by its label or instance identifier.

    Raises:
        DefinitionError: One cannot be translated.
    """
    found = DefinedAssertions()
    labels: set[str] = set()
    for index, item in enumerate(source.items(given.get("assertions"), "assertions")):
        where = f"assertions[{index}]"
        one = source.mapping(item, where)
        left_out = {"created": "the policy says for which assertions the signer vouches"}
        source.sift(one, f"{where}.", {"label", "data", "kind"}, left_out, {})
        label = source.text(one.get("label"), f"{where}.label")
        for prefix, remedy in _MADE_BY_THE_SIGNER.items():
            if label == prefix or label.startswith(f"{prefix}."):
                raise source.refused(f"{where}.label", f"is {label}, which is refused: {remedy}")
        if "data" not in one:
            raise source.refused(f"{where}.data", "is missing: the content of the assertion")
        _require_kind(source, label, one.get("kind"), f"{where}.kind")
        name = "c2pa.actions.v2" if label in _ACTIONS else label
        if name in labels:
            raise source.refused(
                f"{where}.label", f"is {label} again: merge the two, one of each label is signed"
            )
        labels.add(name)
        if label in _ACTIONS:
            _read_actions(source, source.mapping(one["data"], f"{where}.data"), where, ids, found)
        else:
            found.others[label] = one["data"]
    _read_redactions(source, source.items(given.get("redactions"), "redactions"), found)
    return found


def _require_kind(source: Source, label: str, kind: Any, where: str) -> None:
    """Metadata is JSON, everything else CBOR, as the standard has it."""
    if kind not in {None, "Cbor", "Json"}:
        raise source.refused(where, f"is {kind!r}; only Cbor and Json are supported")
    if kind == "Json" and not is_metadata(label):
        raise source.refused(
            where,
            f"is Json for {label}, which is signed as CBOR: leave kind out, or use c2pa.metadata, "
            "cawg.metadata or a label that ends in .metadata",
        )


def _read_actions(
    source: Source,
    data: Mapping[str, Any],
    where: str,
    ids: Mapping[str, str],
    found: DefinedAssertions,
) -> None:
    actions = source.items(data.get("actions"), f"{where}.data.actions")
    for index, item in enumerate(actions):
        place = f"{where}.data.actions[{index}]"
        action = copy.deepcopy(source.mapping(item, place))
        source.text(action.get("action"), f"{place}.action")
        parameters = source.mapping(action.get("parameters") or {}, f"{place}.parameters")
        named = _named(source, action, parameters, f"{place}.parameters")
        if named:
            parameters["ingredientIds"] = [ids.get(one, one) for one in named]
        if parameters:
            action["parameters"] = parameters
        else:
            action.pop("parameters", None)
        found.actions.append(action)
    about = {name: value for name, value in data.items() if name != "actions"}
    found.about_actions.update(about)


def _named(
    source: Source, action: dict[str, Any], parameters: dict[str, Any], where: str
) -> list[str]:
    """Take the names of ingredients out of all fields that c2pa-rs reads them from."""
    places = [
        parameters.pop(name, None)
        for name in ("ingredientIds", "org.cai.ingredientIds", "instanceId")
    ]
    old = [action.pop(name, None) for name in ("instanceId", "instance_id")]
    if not any(places):
        places = old
    named: list[str] = []
    for place in places:
        field_name = f"{where}.ingredientIds"
        listed = [place] if isinstance(place, str) else source.items(place, field_name)
        named += [source.text(one, field_name) for one in listed]
    return list(dict.fromkeys(named))


def _read_redactions(source: Source, uris: list[Any], found: DefinedAssertions) -> None:
    """A reason comes from the definition's own `c2pa.redacted`, which the signer writes again."""
    reasons = {
        action["parameters"].get("redacted"): action.get("reason")
        for action in found.actions
        if action["action"] == _REDACTED and "parameters" in action
    }
    for index, uri in enumerate(uris):
        where = f"redactions[{index}]"
        reason = reasons.pop(source.text(uri, where), None)
        if reason is not None:
            source.text(reason, f"{where}: the reason of its action {_REDACTED}")
        found.redactions.append(Redaction(uri, reason))
    done = {one.uri for one in found.redactions}
    found.actions[:] = [
        one
        for one in found.actions
        if one["action"] != _REDACTED or one.get("parameters", {}).get("redacted") not in done
    ]
