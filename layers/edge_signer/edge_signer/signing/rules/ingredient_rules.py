"""What a policy and the standard demand of ingredients."""

from __future__ import annotations

from typing import NamedTuple


class NamedIngredient(NamedTuple):
    """An ingredient as actions see it."""

    id: str | None
    relationship: str


def require_ingredients_allowed(ingredients, policy) -> None:
    pass
