"""What `edge-signer sign` says about each asset: actions, ingredients, and what else is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.definitions.definition import Definition
from cli.found_ingredient import Found, found_ingredient
from cli.signing.actions import require_more_than_opened, with_ingredients
from edge_signer.signing.rules.digital_source_types import term_of
from edge_signer_client import EdgeSignerClientError, Ingredient, SigningOptions

PARENT_ID = "parent"
_ACTIONS = "c2pa.actions.v2"
_CALLED = {"parentOf": "parent", "componentOf": "component", "inputTo": "input"}


@dataclass(frozen=True)
class Said:
    """What the manifest of one asset says.

    Attributes:
        assertions: Content of each assertion by its label.
        options: What else it says.
        is_own_parent: Whether the parent is the asset as it was.
        warning: Which credentials of the asset are not referred to, and why; empty for none.
    """

    assertions: dict[str, Any]
    options: SigningOptions
    is_own_parent: bool
    warning: str = ""

    @property
    def summary(self) -> str:
        """The actions, for people."""
        return "; ".join(_in_words(one) for one in self.assertions[_ACTIONS]["actions"])

    @property
    def ingredients(self) -> list[tuple[str, str]]:
        """What each ingredient is called, and which, for people."""
        return [
            (_CALLED[one.relationship], self._in_words(one)) for one in self.options["ingredients"]
        ]

    def _in_words(self, ingredient: Ingredient) -> str:
        if self.is_own_parent and ingredient.relationship == "parentOf":
            return "the file as it was; its credentials are kept (--no-parent leaves them out)"
        name = ingredient.title or ingredient.id or ""
        if ingredient.manifest_url is not None:
            return f"{name}, with its credentials at {ingredient.manifest_url}"
        return f"{name}, {'with' if ingredient.has_credentials else 'which has no'} credentials"


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What a command says about all of its assets.

    Attributes:
        source_type: How those without a parent were made, as a URI; None if that is not known.
        actions: What was done to them, in order.
        ingredients: What they were made from, with identifiers.
        names_own_parent: Whether the credentials of an asset make it its own parent.
        definition: Of c2patool, with further statements; None for none.
        tsa: Whether to time-stamp; None leaves it to the policy.
        title: Name of the asset, for people; None for none.
        checks: Whether c2pa-rs validates that assets and their own credentials belong together.
        attests: Whether to tell the signer that they do.
    """

    source_type: str | None
    actions: Sequence[dict[str, Any]] = ()
    ingredients: Sequence[Ingredient] = ()
    names_own_parent: bool = True
    definition: Definition | None = None
    tsa: bool | None = None
    title: str | None = None
    checks: bool = False
    attests: bool = False

    def own(self, asset: Path) -> Found | None:
        """Find an asset's own credentials; None if they cannot be read and are not needed.

        Raises:
            UnreadableCredentialsError, AssetLayoutError: They cannot be read, and would be needed.
            OSError: It cannot be read.
        """
        is_needed = self._parent is None and self.names_own_parent
        try:
            return found_ingredient(asset, "parentOf", PARENT_ID, check=is_needed and self.checks)
        except EdgeSignerClientError:
            if is_needed:
                raise
            return None

    def about(self, asset: Path, own: Found | None) -> Said:
        """Return what the manifest of an asset says.

        Args:
            asset: The asset.
            own: Its own credentials.

        Raises:
            NoSourceTypeError: It has no parent, and nobody says how it was made.
            ActionsError: The actions and the ingredients do not go together.
        """
        defined = self.definition or Definition()
        ingredients = [*self.ingredients, *defined.ingredients]
        parent = self._parent
        is_own_parent, warning = False, ""
        if own is not None and own.where:
            if parent is None and self.names_own_parent:
                is_own_parent, warning = True, own.warning
                if self.source_type is not None and not (self.actions or defined.actions):
                    warning = warning or (
                        "--source-type is not stated: the file was opened, not created "
                        "(--no-parent states it)"
                    )
                ingredients.insert(0, own.as_ingredient(attests=self.attests))
            else:
                why = "--no-parent" if parent is None else f"its parent is {parent.title}"
                warning = f"its own credentials ({own.where}) are not referred to: {why}"
        said = with_ingredients([*defined.actions, *self.actions], ingredients, self.source_type)
        about_actions = dict(defined.about_actions)
        if is_own_parent and len(said) == 1 and own is not None and own.is_checked:
            # The file is what its credentials describe, so nothing has been done since.
            about_actions.setdefault("allActionsIncluded", True)
        elif "allActionsIncluded" not in about_actions:
            require_more_than_opened(said)
        options: SigningOptions = {
            "tsa": self.tsa,
            "title": defined.title if self.title is None else self.title,
            "ingredients": ingredients,
            "thumbnail": defined.thumbnail,
            "redactions": defined.redactions,
        }
        return Said(
            {**defined.assertions, _ACTIONS: {**about_actions, "actions": said}},
            options,
            is_own_parent,
            f"{asset}: {warning}" if warning else "",
        )

    @property
    def _parent(self) -> Ingredient | None:
        """The parent that the options or the definition name."""
        defined = self.definition.ingredients if self.definition is not None else ()
        named = (*self.ingredients, *defined)
        return next((one for one in named if one.relationship == "parentOf"), None)


def _in_words(action: dict[str, Any]) -> str:
    source_type = action.get("digitalSourceType")
    name = str(action.get("action"))
    return f"{name}, {term_of(source_type)}" if isinstance(source_type, str) else name
