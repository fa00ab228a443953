"""The ingredients of a manifest definition: described ones, and files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from cli.definitions.fields import DefinitionError, Source
from cli.found_ingredient import found_ingredient
from edge_signer_client import EdgeSignerClientError, Ingredient
from edge_signer_client.ingredient import Relationship

_RELATIONSHIPS = get_args(Relationship)
#: Fields of a described ingredient, as in `definition`.
TRANSLATED = {
    *("title", "format", "instance_id", "relationship", "thumbnail", "manifest_data"),
    *("label", "description"),
}
_VALIDATED = "the signer validates the ingredient's credentials itself"
LEFT_OUT = {
    "active_manifest": _VALIDATED,
    "validation_status": _VALIDATED,
    "validation_results": _VALIDATED,
    "provenance": "the credentials themselves are taken, from manifest_data",
    "document_id": "version 3 of the assertion has no such field",
    "hash": "version 3 of the assertion has no such field",
    "ocsp_responses": "the signer writes none",
}
UNSUPPORTED = {
    "data": "is not supported: the ingredient's content is not sent; leave it out",
    "data_types": "is not supported; leave it out",
    "informational_URI": "is not supported; leave it out, or put it into description",
    "metadata": "is not supported in an ingredient; leave it out",
}


def read_ingredients(
    source: Source, given: Mapping[str, Any]
) -> tuple[list[Ingredient], dict[str, str]]:
    """Translate `ingredients` and `ingredient_paths` of a definition.

    Args:
        source: Where they stand.
        given: The definition.

    Returns:
        The ingredients, and what each is called by its label or instance identifier.

    Raises:
        DefinitionError: One cannot be translated.
    """
    found: list[Ingredient] = []
    ids: dict[str, str] = {}

    def add(source: Source, item: Any, where: str) -> None:
        described = source.mapping(item, where)
        own_id = f"ingredient-{len(found) + 1}"
        found.append(_described(source, described, f"{where}." if where else "", own_id))
        name = described.get("label") or described.get("instance_id")
        if name and ids.setdefault(str(name), own_id) != own_id:
            raise source.refused(where, f"has the label or instance_id {name} of another one")

    for index, item in enumerate(source.items(given.get("ingredients"), "ingredients")):
        add(source, item, f"ingredients[{index}]")
    paths = source.items(given.get("ingredient_paths"), "ingredient_paths")
    for index, item in enumerate(paths):
        where = f"ingredient_paths[{index}]"
        path = source.base / source.text(item, where)
        if path.is_dir():
            path /= "ingredient.json"
        if path.suffix == ".json":
            description = _read_json(source, path, where)
            add(Source(path, path.parent, source.root, source.notes), description, "ingredient")
            continue
        own_id = f"ingredient-{len(found) + 1}"
        try:
            found.append(found_ingredient(path, "componentOf", own_id).ingredient)
        except OSError as failure:
            raise source.refused(where, f"is {item}: {failure.strerror}") from None
        except EdgeSignerClientError as unreadable:
            raise source.refused(where, f"is {item}: {unreadable}") from None
        ids.setdefault(path.name, own_id)
    if sum(one.relationship == "parentOf" for one in found) > 1:
        raise source.refused("ingredients", "has more than one parentOf; an asset has one parent")
    return found, ids


def _described(source: Source, given: Mapping[str, Any], prefix: str, own_id: str) -> Ingredient:
    source.sift(given, prefix, TRANSLATED, LEFT_OUT, UNSUPPORTED)
    # As c2pa-rs has it.
    relationship = given.get("relationship", "componentOf")
    if relationship not in _RELATIONSHIPS:
        raise source.refused(
            f"{prefix}relationship",
            f"is {relationship!r}; it is one of {', '.join(_RELATIONSHIPS)}",
        )

    def text(name: str) -> str | None:
        return source.text(given[name], prefix + name) if given.get(name) is not None else None

    store = None
    if given.get("manifest_data") is not None:
        _, store = source.resource(given["manifest_data"], f"{prefix}manifest_data")
        if store[4:8] != b"jumb":
            raise source.refused(f"{prefix}manifest_data", "does not name a manifest store")
    return Ingredient(
        relationship=relationship,
        manifest_store=store,
        title=text("title"),
        format=text("format"),
        instance_id=text("instance_id"),
        description=text("description"),
        id=own_id,
        thumbnail=source.thumbnail(given, prefix),
    )


def _read_json(source: Source, path: Path, where: str) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as failure:
        raise source.refused(where, f"names {path}: {failure.strerror}") from None
    except (ValueError, RecursionError) as garbled:
        raise DefinitionError(f"{path} is not JSON: {garbled}") from None
