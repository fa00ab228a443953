"""The body of POST /edge-sign, and what is uploaded because it does not fit into it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from edge_signer_client.ingredient import Ingredient, Thumbnail

#: The longest request that a deployment accepts by default (`max_payload_size`).
USUAL_MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Redaction:
    """An assertion of an ingredient's manifest that is taken out of it.

    Attributes:
        uri: `self#jumbf=/c2pa/<manifest label>/c2pa.assertions/<assertion label>`.
        reason: Why, as a term of the standard such as `c2pa.PII.present`; then the manifest states
            the action `c2pa.redacted`. None for neither.
    """

    uri: str
    reason: str | None = None

    @property
    def member(self) -> dict[str, str]:
        """The member of a request."""
        return {"uri": self.uri, **({"reason": self.reason} if self.reason is not None else {})}


class SigningOptions(TypedDict, total=False):
    """What a manifest says besides its assertions; each may be left out.

    Attributes:
        tsa: Whether to time-stamp the signature; None leaves it to the policy.
        title: Name of the asset, for people; the manifest shows it. None for none.
        ingredients: What the asset was made from, in the order of the manifest.
        thumbnail: A small picture of the asset.
        redactions: Assertions that are taken out of the ingredients' manifests.
    """

    tsa: bool | None
    title: str | None
    ingredients: Sequence[Ingredient]
    thumbnail: Thumbnail | None
    redactions: Sequence[Redaction]


def signing_fields(
    *,
    tsa: bool | None = None,
    title: str | None = None,
    ingredients: Sequence[Ingredient] = (),
    thumbnail: Thumbnail | None = None,
    redactions: Sequence[Redaction] = (),
) -> dict[str, Any]:
    """Return the fields of a request that stand for `SigningOptions`; None is left out later."""
    return {
        "tsa": tsa,
        "title": title,
        "ingredients": tuple(ingredients) or None,
        "thumbnail": thumbnail.member if thumbnail is not None else None,
        "redactions": [one.member for one in redactions] or None,
    }


def request_body(
    fields: Mapping[str, Any], upload: Callable[[bytes], str | None], most_bytes: int
) -> bytes:
    """Return the body of a request, as JSON.

    Manifest stores are uploaded, the largest first, until the rest is short enough.

    Args:
        fields: The fields; `ingredients` are of the class. None leaves one out.
        upload: Uploads a manifest store and returns the upload's identifier; None if the
            deployment takes no uploads.
        most_bytes: The longest body.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    ingredients: tuple[Ingredient, ...] = given.get("ingredients", ())
    if not ingredients:
        return json.dumps(given).encode()
    members = [one.member() for one in ingredients]
    by_size = sorted(
        range(len(members)), key=lambda index: len(members[index].get("manifest", "")), reverse=True
    )
    while True:
        body = json.dumps({**given, "ingredients": members}).encode()
        if len(body) <= most_bytes or not by_size:
            return body
        ingredient = ingredients[index := by_size.pop(0)]
        if ingredient.manifest_store is None:
            continue
        upload_id = upload(ingredient.manifest_store)
        if upload_id is None:
            return body
        members[index] = ingredient.member(upload_id)
