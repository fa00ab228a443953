"""Metadata about an assertion: when, from whom, how reliable (C2PA 2.2 §18.3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from edge_signer.signing.rules.regions import RegionOfInterest
from edge_signer.signing.rules.strict_content import NAMESPACED, StrictModel
from edge_signer.signing.rules.text_types import DateTime, LanguageTag, Text, refused

# The schema and the tables of the standard differ; both are followed.
_SOURCES = {
    *("signer", "claimGenerator.REE", "claimGenerator.TEE", "humanEntry"),
    *("localProvider.REE", "localProvider.TEE", "remoteProvider", "remoteProvider.1stParty"),
    *("remoteProvider.3rdParty", "remoteProvider.external"),
}
_CODES = {
    *("actions.missing", "actions.placedIngredientNotFound", "actions.possiblyMissing"),
    *("actions.unknownActionsPerformed", "depthMap.sceneMismatch", "ingredient.actionMissing"),
    *("ingredient.modified", "ingredient.notVisible", "ingredient.possiblyModified"),
    "thumbnail.primaryMismatch",
}
# Names of the standard that are not in the lists are deprecated or unknown.
_RESERVED = {name.partition(".")[0] for name in _SOURCES | _CODES} | {"c2pa", "cawg", "stds"}


def _is_own(name: str) -> bool:
    return bool(NAMESPACED.fullmatch(name)) and name.partition(".")[0] not in _RESERVED


def _source(name: str) -> str:
    if name not in _SOURCES and not _is_own(name):
        raise refused("must be a source of the standard, or one such as com.example.source")
    return name


def _code(name: str) -> str:
    if name not in _CODES and not _is_own(name):
        raise refused("must be a code of the standard, or one such as com.example.code")
    return name


class ReviewRating(StrictModel, defer_build=True):
    """A rating from 1 (worst) to 5 (best). c2pa-rs requires the explanation."""

    value: Annotated[int, Field(ge=1, le=5)]
    explanation: Text
    code: Annotated[str, AfterValidator(_code)] | None = None


class DataSource(StrictModel, defer_build=True):
    """Where the content of the assertion came from."""

    type: Annotated[str, AfterValidator(_source)]
    details: Text | None = None


#: Translations by language, under the path of the text that they translate.
Localization = Annotated[
    dict[Text, Annotated[dict[LanguageTag, Text], Field(min_length=1)]], Field(min_length=1)
]


class AssertionMetadata(StrictModel, defer_build=True):
    """The field `metadata` of an assertion."""

    dateTime: DateTime | None = None
    reviewRatings: Annotated[list[ReviewRating], Field(min_length=1)] | None = None
    dataSource: DataSource | None = None
    localizations: Annotated[list[Localization], Field(min_length=1)] | None = None
    regionOfInterest: RegionOfInterest | None = None
