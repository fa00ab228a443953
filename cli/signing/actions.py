"""The actions of a manifest: what was done to the asset, and with which ingredients."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from cli.source_types import source_type_uri
from edge_signer.signing.rules.action_model import Action
from edge_signer.signing.rules.digital_source_types import TERMS
from edge_signer_client import Ingredient

_STANDARD = "c2pa."
_OPENED, _CREATED, _PLACED = "c2pa.opened", "c2pa.created", "c2pa.placed"
_IDS = "ingredientIds"


class ActionsError(Exception):
    """The actions do not go together with the ingredients; the text says what to change."""


class NoSourceTypeError(ActionsError):
    """Nobody says how an asset without a parent was made."""


def created_from(digital_source_type: str) -> dict[str, Any]:
    """Return the assertions that say how an asset was created.

    Args:
        digital_source_type: URI of the vocabulary of IPTC or C2PA.
    """
    return {"c2pa.actions.v2": {"actions": [_created(digital_source_type)]}}


def read_action(text: str, usual_source_type: str | None) -> dict[str, Any]:
    """Read an action as `--action` has it: `resized`, or `edited:humanEdits`.

    Args:
        text: The name of an action, and after a colon how that was done, if it was.
        usual_source_type: URI that is taken if there is none; None for none.

    Raises:
        SourceTypeError: What follows the colon is no digital source type.
        ActionsError: It begins a manifest, which other options do, or has no source type although
            the standard demands one.
    """
    name, _, source_type = text.partition(":")
    name = name.strip()
    if "." not in name:
        name = _STANDARD + name
    if name in {_OPENED, _CREATED}:
        option = "--parent" if name == _OPENED else "--source-type"
        raise ActionsError(f"--action {text}: {name} follows from {option}; leave it out")
    uri = source_type_uri(source_type) if source_type else usual_source_type
    if uri is None and _needs_source_type(name):
        raise ActionsError(
            f"--action {text}: say how that was done, as in {text}:humanEdits, or for all actions "
            "with --source-type"
        )
    return {"action": name, **({"digitalSourceType": uri} if uri else {})}


def with_ingredients(
    given: Sequence[dict[str, Any]], ingredients: Sequence[Ingredient], source_type: str | None
) -> list[dict[str, Any]]:
    """Return the actions of a manifest: the given ones, with those that ingredients need.

    A parent is opened first; otherwise the asset is created. A component that no action names is
    placed. Inputs that no action names belong to the first action that is not `c2pa.opened`.

    Args:
        given: What was done, in order.
        ingredients: All of the manifest's, with their identifiers.
        source_type: How the asset was created, as a URI; None if that is not known.

    Raises:
        NoSourceTypeError: There is neither a parent nor a source type.
        ActionsError: The asset has a parent and is said to be created, or to be opened without a
            parent; or no action can name an input.
    """
    actions = [copy.deepcopy(one) for one in given]
    parent = _ids(ingredients, "parentOf")
    first = _name(actions[0]) if actions else ""
    if parent and first != _OPENED:
        if first == _CREATED:
            raise ActionsError(
                "c2pa.created and a parent exclude each other: say c2pa.opened, or sign with "
                "--no-parent"
            )
        actions.insert(0, {"action": _OPENED})
    elif not parent and first == _OPENED:
        raise ActionsError("c2pa.opened needs the file that was opened: name it with --parent")
    elif not parent and first != _CREATED:
        if source_type is None:
            raise NoSourceTypeError("say how the file was made with --source-type")
        actions.insert(0, _created(source_type))
    if parent and not _named(actions[:1]):
        _name_ingredients(actions[0], parent)
    named = _named(actions)
    placed = [one for one in _ids(ingredients, "componentOf") if one not in named]
    actions[1:1] = [_placed(one) for one in placed]
    inputs = [one for one in _ids(ingredients, "inputTo") if one not in named]
    if inputs:
        computed = [one for one in actions if _name(one) not in {_OPENED, _PLACED}]
        if not computed:
            raise ActionsError("say what was done with the input: --action edited:SOURCE_TYPE")
        _name_ingredients(computed[0], inputs)
    return actions


def require_more_than_opened(actions: Sequence[dict[str, Any]]) -> None:
    """Refuse actions that say only that a file was opened, which states nothing about the new one.

    Raises:
        ActionsError: They do.
    """
    if [_name(one) for one in actions] == [_OPENED]:
        raise ActionsError(
            "say what was done to the file since then, such as --action edited:humanEdits or "
            "--action published"
        )


def _needs_source_type(name: str) -> bool:
    """Tell whether an action is valid only with a digital source type."""

    def is_valid(**more: str) -> bool:
        try:
            Action.model_validate({"action": name, **more})
        except ValidationError:
            return False
        return True

    return not is_valid() and is_valid(digitalSourceType=TERMS["humanEdits"])


def _created(digital_source_type: str) -> dict[str, Any]:
    return {"action": _CREATED, "digitalSourceType": digital_source_type}


def _placed(ingredient_id: str) -> dict[str, Any]:
    return {"action": _PLACED, "parameters": {_IDS: [ingredient_id]}}


def _name(action: dict[str, Any]) -> str:
    name = str(action.get("action", ""))
    return name if "." in name else _STANDARD + name


def _ids(ingredients: Sequence[Ingredient], relationship: str) -> list[str]:
    return [one.id or "" for one in ingredients if one.relationship == relationship]


def _named(actions: Sequence[dict[str, Any]]) -> set[str]:
    return {
        named for one in actions for named in (one.get("parameters") or {}).get(_IDS) or () if named
    }


def _name_ingredients(action: dict[str, Any], ids: Sequence[str]) -> None:
    parameters = action.setdefault("parameters", {})
    parameters[_IDS] = [*parameters.get(_IDS, ()), *ids]
