"""The manifests that the active one rests on, each before its own ingredients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge_signer.verification.claims.ingredients import Ingredient
from edge_signer.verification.claims.manifest_reading import ManifestReading


class Lineage:
    """The manifests that are reached from the active one by ingredient assertions.

    Args:
        active: The active manifest.
        by_label: The manifests of the store.
        ingredients: The ingredients of each.

    Attributes:
        order: The manifests reached, the active one first, and each before its ingredients.
        cyclic: URIs of ingredient assertions that name a manifest above their own.
    """

    def __init__(
        self,
        active: ManifestReading,
        by_label: Mapping[str, ManifestReading],
        ingredients: Mapping[ManifestReading, Sequence[Ingredient]],
    ) -> None:
        self.cyclic: set[str] = set()
        finished: list[ManifestReading] = []
        seen, above = {active}, {active}
        # Depth first, without recursion, since a chain may be as long as a store has manifests.
        path = [(active, iter(ingredients[active]))]
        while path:
            manifest, rest = path[-1]
            one = next(rest, None)
            if one is None:
                path.pop()
                above.discard(manifest)
                finished.append(manifest)
                continue
            target = by_label.get(one.manifest_label)
            if target in above:
                self.cyclic.add(one.uri)
            elif target is not None and target not in seen:
                seen.add(target)
                above.add(target)
                path.append((target, iter(ingredients[target])))
        self.order = tuple(reversed(finished))
