"""What ingredients bring into a manifest and its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from edge_signer.signing.ingredients.ingredient import Thumbnail
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_reader import jumbf_box
from edge_signer.signing.rules.actions import ACTIONS_LABEL
from edge_signer.verification.store_reader import Box

INGREDIENT_LABEL = "c2pa.ingredient.v3"
INGREDIENT_THUMBNAIL_LABEL = "c2pa.thumbnail.ingredient"


@dataclass(frozen=True)
class PlannedIngredients:
    """What ingredients bring into a manifest and its store.

    Attributes:
        assertions: Their thumbnails and their assertions, in the claim's order.
        positions: Where the assertion of each ingredient is among these.
        manifests: The manifests to copy, in their order in the store.
    """

    assertions: Sequence[Assertion] = ()
    positions: Sequence[int] = ()
    manifests: Sequence[Box] = ()

    @property
    def earlier_manifests(self) -> bytes:
        """The manifests as whole boxes."""
        return b"".join(jumbf_box("jumb", bytes(one.payload)) for one in self.manifests)

    def before(self, assertions: Sequence[Assertion]) -> list[Assertion]:
        """Return these assertions and then others, whose actions name ingredients.

        Args:
            assertions: Actions name ingredients by their numbers in the request; afterwards, by
                the numbers of their assertions.
        """
        return [*self.assertions, *(self._placed(one) for one in assertions)]

    def _placed(self, assertion: Assertion) -> Assertion:
        if assertion.label != ACTIONS_LABEL:
            return assertion
        actions = [self._placed_action(one) for one in assertion.content["actions"]]
        return replace(assertion, content={**assertion.content, "actions": actions})

    def _placed_action(self, action: dict[str, Any]) -> dict[str, Any]:
        parameters = action.get("parameters", {})
        if "ingredients" not in parameters:
            return action
        positions = [self.positions[one] for one in parameters["ingredients"]]
        return {**action, "parameters": {**parameters, "ingredients": positions}}


def thumbnail_assertion(label: str, thumbnail: Thumbnail) -> Assertion:
    """Return the assertion that holds a thumbnail (C2PA 2.2 §18.10); the client vouches for it."""
    return Assertion(
        label,
        {"media_type": thumbnail.media_type},
        created=False,
        encoding="file",
        attachment=thumbnail.content,
    )
