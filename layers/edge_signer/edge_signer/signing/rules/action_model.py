"""The actions assertion as a model: what the standard allows and this signer supports.

Follows "Actions" of the standard (C2PA 2.2 §18.14, with the actions that 2.4 lists). It is stricter
if engines differ: it refuses fields that one of them cannot read, and references to ingredients,
which our manifests do not have. The parts of `Actions` are never validated alone, so pydantic need
not build them (`defer_build`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from edge_signer.signing.rules.digital_source_types import IPTC, TERMS
from edge_signer.signing.rules.strict_content import NAMESPACED, StrictModel

#: The URIs that may be signed.
DIGITAL_SOURCE_TYPES = set(TERMS.values())

_PERCEPTIBLE = (
    "addedText adjustedColor changedSpeed cropped deleted drawing dubbed edited filtered "
    "mastered orientation resized translated trimmed unknown"
)
_IMPERCEPTIBLE = (
    "converted edited.metadata enhanced published repackaged resized.proportional transcoded "
    "watermarked.unbound"
)
_OF_INGREDIENTS = "mixed opened placed redacted remixed removed"
_NEEDS_MORE = {
    **{f"c2pa.{name}": "an ingredient" for name in _OF_INGREDIENTS.split()},
    "c2pa.watermarked.bound": "a soft binding",
}
_NEEDS_SOURCE_TYPE = {f"c2pa.{name}" for name in ("created", *_PERCEPTIBLE.split())}
#: The standard's names of actions that this signer supports, without deprecated ones.
STANDARD_ACTIONS = _NEEDS_SOURCE_TYPE | {f"c2pa.{name}" for name in _IMPERCEPTIBLE.split()}
_REASONS = {
    f"c2pa.{name}"
    for name in ("PII.present", "government.confidential", "invalid.data", "tradesecret.present")
}
_REFERENCES = {"ingredient", "ingredients", "ingredientIds", "org.cai.ingredientIds", "redacted"}
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# RFC 3339 §5.7: only at the end of a minute.
_LEAP_SECOND = re.compile(r"(?<=:59):60$")


def refused(demand: str) -> PydanticCustomError:
    """Return an error whose message completes a sentence that starts with the path."""
    return PydanticCustomError("refused", "{demand}", {"demand": demand})


def _date_time(text: str) -> str:
    parts = _RFC3339.fullmatch(text)
    try:
        # Python reads neither longer fractions nor leap seconds.
        datetime.fromisoformat(_LEAP_SECOND.sub(":59", parts[1]) if parts else "")
    except ValueError:
        raise refused("must be a date and time such as 2026-01-31T12:00:00Z") from None
    return text


def _source_type(uri: str) -> str:
    if uri not in DIGITAL_SOURCE_TYPES:
        term = uri.rstrip("/").rpartition("/")[2].lower()
        meant = next((one for one in DIGITAL_SOURCE_TYPES if _term_of(one) == term), None)
        raise refused(
            f"must be a term of the IPTC digital source types: did you mean {meant}?"
            if meant
            else f"must be a term of the IPTC digital source types, such as {IPTC}digitalCapture"
        )
    return uri


def _term_of(uri: str) -> str:
    return uri.rpartition("/")[2].lower()


def _action_name(name: str) -> str:
    if name in _NEEDS_MORE:
        raise refused(f"is {name}, which needs {_NEEDS_MORE[name]}; that is not supported")
    if name.startswith("c2pa.") and name not in STANDARD_ACTIONS:
        raise refused(f"is {name[:64]}, which is deprecated or not an action of the standard")
    if not NAMESPACED.fullmatch(name):
        raise refused("must be the name of an action, such as c2pa.created or com.example.action")
    return name


def _language_tag(tag: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(tag):
        raise refused("must be a language tag, such as en or pt-BR")
    return tag


def _template_name(name: str) -> str:
    return name if name == "*" else _action_name(name)


def _reason(name: str) -> str:
    if name not in _REASONS and (name.startswith("c2pa.") or not NAMESPACED.fullmatch(name)):
        raise refused("must be a reason of the standard, or one such as com.example.reason")
    return name


Text = Annotated[str, Field(min_length=1)]
Index = Annotated[int, Field(ge=0, lt=1024)]
LanguageTag = Annotated[str, AfterValidator(_language_tag)]
DigitalSourceType = Annotated[str, AfterValidator(_source_type)]


class SoftwareAgent(StrictModel, defer_build=True):
    """A generator-info map; icons are not supported."""

    name: Text
    version: Text | None = None
    operating_system: Text | None = None


class Parameters(StrictModel, defer_build=True):
    """An action's parameters; clients may add namespaced ones."""

    model_config = ConfigDict(extra="allow")

    sourceLanguage: LanguageTag | None = None
    targetLanguage: LanguageTag | None = None
    multipleInstances: bool | None = None

    @model_serializer
    def _as_said(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in type(self).model_fields}
        given = {name: value for name, value in named.items() if value is not None}
        # In a client's own parameters, null has a meaning.
        return {**given, **(self.model_extra or {})}

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for name in self.model_extra or {}:
            if name == "description":
                raise refused("must not have description: the action itself has one")
            if name in _REFERENCES:
                raise refused(f"must not have {name}: references are not supported")
            if not NAMESPACED.fullmatch(name):
                raise refused("must have names of the standard, or such as com.example.name")
        return self


class Template(StrictModel, defer_build=True):
    """Common properties of actions of one name, or of all (`*`; C2PA 2.2 §18.14.6)."""

    action: Annotated[str, AfterValidator(_template_name)]
    digitalSourceType: DigitalSourceType | None = None
    softwareAgent: SoftwareAgent | None = None
    softwareAgentIndex: Index | None = None
    description: Text | None = None
    templateParameters: Parameters | None = None


class Action(StrictModel, defer_build=True):
    """One action."""

    action: Annotated[str, AfterValidator(_action_name)]
    digitalSourceType: DigitalSourceType | None = None
    softwareAgent: SoftwareAgent | None = None
    softwareAgentIndex: Index | None = None
    when: Annotated[str, AfterValidator(_date_time)] | None = None
    description: Text | None = None
    reason: Annotated[str, AfterValidator(_reason)] | None = None
    parameters: Parameters | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.digitalSourceType is None and self.action in _NEEDS_SOURCE_TYPE:
            raise refused(f"must have a digitalSourceType, because it is {self.action}")
        languages = (
            self.parameters and self.parameters.sourceLanguage and self.parameters.targetLanguage
        )
        if self.action == "c2pa.translated" and not languages:
            raise refused("must have parameters.sourceLanguage and parameters.targetLanguage")
        return self


class Actions(StrictModel):
    """The content of `c2pa.actions.v2`."""

    actions: Annotated[list[Action], Field(min_length=1)]
    allActionsIncluded: bool
    softwareAgents: Annotated[list[SoftwareAgent], Field(min_length=1)] | None = None
    templates: Annotated[list[Template], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _begins_with_creation(self) -> Self:
        created = [action.action == "c2pa.created" for action in self.actions]
        if not created[0]:
            raise refused("must begin with c2pa.created: how the asset came to be")
        if any(created[1:]):
            raise refused("must not have c2pa.created twice")
        return self

    @model_validator(mode="after")
    def _agents_are_listed(self) -> Self:
        listed = len(self.softwareAgents or ())
        described: dict[str, Sequence[Action | Template]] = {
            "actions": self.actions,
            "templates": self.templates or (),
        }
        for name, items in described.items():
            for position, one in enumerate(items):
                if (index := one.softwareAgentIndex) is None:
                    continue
                where = f"{name}[{position}]"
                if one.softwareAgent is not None:
                    raise refused(f"must have softwareAgent or softwareAgentIndex in {where}")
                if index >= listed:
                    raise refused(
                        f"has {listed} softwareAgents, counted from 0; {where} has {index}"
                    )
        return self

    def content(self) -> dict[str, Any]:
        """The content for the manifest, without absent fields."""
        return self.model_dump(exclude_none=True)
