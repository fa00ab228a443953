"""The manifests that ingredients bring along, with the bounds on all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edge_signer.signing.errors import InvalidIngredientError
from edge_signer.signing.ingredients.credentials import MAX_MANIFESTS, IngredientCredentials
from edge_signer.verification.store_reader import Box

#: The most bytes of manifest stores that the ingredients of one manifest have.
MAX_INGREDIENT_BYTES = 3 * 1024 * 1024


@dataclass
class CopiedManifests:
    """The manifests of all ingredients; those that several have are copied once.

    Attributes:
        by_label: The manifests.
        stores: Manifest stores that were read, by their places; the same one is read once.
        validated: What was found out about manifest stores, each alone or with the asset that it is
            inside; the same one is validated once.
        read_bytes: Of the stores that were validated, with what is not copied of them.
    """

    by_label: dict[str, Box] = field(default_factory=dict)
    stores: dict[str, bytes] = field(default_factory=dict)
    validated: dict[tuple[bytes, bool], IngredientCredentials] = field(default_factory=dict)
    read_bytes: int = 0

    def require_room(self, store: bytes, where: str) -> None:
        """Refuse a store with which all of them are too large.

        Raises:
            InvalidIngredientError: They are.
        """
        self.read_bytes += len(store)
        if self.read_bytes > MAX_INGREDIENT_BYTES:
            raise InvalidIngredientError(
                f"{where}: with this one, the ingredients' manifest stores have more than "
                f"{MAX_INGREDIENT_BYTES} bytes; name some without credentials"
            )

    def add(self, manifests: Sequence[Box], where: str) -> None:
        """Add the manifests of an ingredient.

        Raises:
            InvalidIngredientError: There are too many, or another one has the same label.
        """
        for one in manifests:
            earlier = self.by_label.setdefault(one.label, one)
            if earlier is not one and bytes(earlier.payload) != bytes(one.payload):
                raise InvalidIngredientError(
                    f"{where}: another ingredient has a different manifest with the label "
                    f"{one.label[:100]}; leave out the credentials of one of them"
                )
        if len(self.by_label) > MAX_MANIFESTS:
            raise InvalidIngredientError(
                f"{where}: with this one, the ingredients have more than {MAX_MANIFESTS} manifests"
            )
