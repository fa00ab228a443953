"""A manifest definition, as c2patool reads it, in the terms of this signer's requests.

Every field is translated, left out with a note, or refused with a remedy.
docs/reference/definitions.md has the table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.definitions.assertions import read_assertions
from cli.definitions.fields import DefinitionError, Source
from cli.definitions.ingredients import read_ingredients
from edge_signer_client import Ingredient, Redaction, Thumbnail

_MOST_BYTES = 4 * 1024 * 1024
#: Fields that become a part of the request.
TRANSLATED = {
    *("title", "thumbnail", "assertions", "ingredients", "ingredient_paths", "redactions"),
    *("base_path", "claim_version", "hash_alg"),
}
_GENERATOR = "the policy names the claim generator"
_KEY = "the policy names the key, which never leaves KMS"
#: Fields that others decide, and who.
LEFT_OUT = {
    "claim_generator": _GENERATOR,
    "claim_generator_info": _GENERATOR,
    "alg": _KEY,
    "private_key": _KEY,
    "sign_cert": _KEY,
    "ta_url": "the deployment has its own time-stamp authority; --tsa asks for its token",
    "vendor": "the signer makes the manifest's label",
    "format": "the signer judges the asset by its content",
    "instance_id": "the signer makes a new one for each manifest",
}
#: Fields that are refused, and the remedy.
UNSUPPORTED = {
    "credentials": "is not supported: W3C credentials left the standard; leave it out",
    "label": "is not supported: the signer makes the manifest's label; leave it out",
    "metadata": "is not supported; say it in an assertion such as c2pa.metadata",
}


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a definition says.

    Attributes:
        assertions: Content of each assertion by its label, except the actions.
        actions: What was done, in order.
        about_actions: The other fields of the actions' assertion.
        ingredients: What the asset was made from.
        redactions: What is taken out of the ingredients' manifests.
        title: Name of the asset, for people; None for none.
        thumbnail: A small picture of it; None for none.
        notes: Which fields were left out, and why.
    """

    assertions: dict[str, Any] = field(default_factory=dict)
    actions: Sequence[dict[str, Any]] = ()
    about_actions: dict[str, Any] = field(default_factory=dict)
    ingredients: Sequence[Ingredient] = ()
    redactions: Sequence[Redaction] = ()
    title: str | None = None
    thumbnail: Thumbnail | None = None
    notes: Sequence[str] = ()


def read_definition(file: Path) -> Definition:
    """Read and translate a definition.

    Args:
        file: JSON; paths in it are relative to its folder, or to its `base_path`.

    Raises:
        DefinitionError: It cannot be read, or a field cannot be translated.
    """
    given = _content(file)
    source = Source(file, file.parent, file.parent)
    if given.get("base_path") is not None:
        base = file.parent / source.text(given["base_path"], "base_path")
        if not base.is_dir():
            raise source.refused("base_path", f"is {base}, which is not a folder")
        if not base.resolve().is_relative_to(file.parent.resolve()):
            raise source.refused(
                "base_path",
                f"is {base}, which is outside the definition's folder, and files in it would be "
                "sent: move the definition there",
            )
        source = Source(file, base, base, source.notes)
    source.sift(given, "", TRANSLATED, LEFT_OUT, UNSUPPORTED)
    if given.get("claim_version") not in {None, 2}:
        raise source.refused("claim_version", "must be 2: older claims are not written any more")
    if given.get("hash_alg") not in {None, "sha256"}:
        raise source.refused("hash_alg", "must be sha256, the only one that the signer uses")
    ingredients, ids = read_ingredients(source, given)
    said = read_assertions(source, given, ids)
    title = given.get("title")
    return Definition(
        assertions=said.others,
        actions=said.actions,
        about_actions=said.about_actions,
        ingredients=ingredients,
        redactions=said.redactions,
        title=source.text(title, "title") if title is not None else None,
        thumbnail=source.thumbnail(given),
        notes=source.notes,
    )


def _content(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as failure:
        raise DefinitionError(f"--manifest {file}: {failure.strerror}") from None
    if len(content) > _MOST_BYTES:
        raise DefinitionError(f"--manifest {file} has more than {_MOST_BYTES} bytes")
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as garbled:
        raise DefinitionError(f"--manifest {file} is not JSON: {garbled}") from None
    if not isinstance(given, dict):
        raise DefinitionError(f"--manifest {file} must be an object: a manifest definition")
    return given
