"""The actions assertion as a model: what the standard allows and this signer supports.

Follows "Actions" of the standard (C2PA 2.2 §18.14, with the actions that 2.4 lists). It is stricter
if engines differ: it refuses fields that one of them cannot read. Ingredients have the names that
the client gave them; `ingredient_rules` finds them. The parts of `Actions` are never validated
alone, so pydantic need not build them (`defer_build`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_serializer, model_validator

from edge_signer.signing.rules.assertion_metadata import AssertionMetadata
from edge_signer.signing.rules.digital_source_types import IPTC, TERMS
from edge_signer.signing.rules.regions import RegionOfInterest
from edge_signer.signing.rules.strict_content import NAMESPACED, StrictModel
from edge_signer.signing.rules.text_types import DateTime, LanguageTag, Text, refused

#: The URIs that may be signed.
DIGITAL_SOURCE_TYPES = set(TERMS.values())

CREATED, OPENED, PLACED, REDACTED = "c2pa.created", "c2pa.opened", "c2pa.placed", "c2pa.redacted"
#: The actions of which a history has exactly one, as its first.
INCEPTION = {CREATED, OPENED}
_PERCEPTIBLE = (
    "addedText adjustedColor changedSpeed cropped deleted drawing dubbed edited filtered "
    "mastered mixed orientation remixed resized translated trimmed unknown"
)
_IMPERCEPTIBLE = (
    "converted edited.metadata enhanced opened placed published redacted repackaged "
    "resized.proportional transcoded watermarked.unbound"
)
_NOT_MADE = {
    "c2pa.removed": "for which c2pa-rs and encypher-c2pa demand different ingredients; say what "
    "was done as c2pa.edited",
    "c2pa.watermarked.bound": "which needs a soft binding; that is not supported",
}
_NEEDS_SOURCE_TYPE = {CREATED, *(f"c2pa.{name}" for name in _PERCEPTIBLE.split())}
#: The standard's names of actions that this signer supports, without deprecated ones.
STANDARD_ACTIONS = _NEEDS_SOURCE_TYPE | {f"c2pa.{name}" for name in _IMPERCEPTIBLE.split()}
# The standard's text and its schema spell the trade secret in different ways.
_REASONS = {
    f"c2pa.{name}"
    for name in (
        *("PII.present", "government.confidential", "invalid.data"),
        *("trade-secret.present", "tradesecret.present"),
    )
}
_IDENTIFIERS = {"ingredient", "ingredients", "org.cai.ingredientIds", "instanceId"}


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
    if name in _NOT_MADE:
        raise refused(f"is {name}, {_NOT_MADE[name]}")
    if name.startswith("c2pa.") and name not in STANDARD_ACTIONS:
        raise refused(f"is {name[:64]}, which is deprecated or not an action of the standard")
    if not NAMESPACED.fullmatch(name):
        raise refused("must be the name of an action, such as c2pa.created or com.example.action")
    return name


def _template_name(name: str) -> str:
    return name if name == "*" else _action_name(name)


def is_reason(name: str) -> bool:
    """Whether an action may have this reason: the standard's, or a namespaced one."""
    return name in _REASONS or bool(NAMESPACED.fullmatch(name) and not name.startswith("c2pa."))


def _reason(name: str) -> str:
    if not is_reason(name):
        raise refused("must be a reason of the standard, or one such as com.example.reason")
    return name


Index = Annotated[int, Field(ge=0, lt=1024)]
DigitalSourceType = Annotated[str, AfterValidator(_source_type)]


class SoftwareAgent(StrictModel, defer_build=True):
    """A generator-info map; icons are not supported."""

    name: Text
    version: Text | None = None
    operating_system: Text | None = None


class Parameters(StrictModel, defer_build=True):
    """Parameters of all actions that a template describes; clients may add namespaced ones."""

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
            if name in _IDENTIFIERS:
                raise refused(f"must not have {name}: an action names ingredients in ingredientIds")
            if not NAMESPACED.fullmatch(name):
                raise refused("must have names of the standard, or such as com.example.name")
        return self


class ActionParameters(Parameters, defer_build=True):
    """An action's parameters."""

    ingredientIds: Annotated[list[Text], Field(min_length=1)] | None = None
    redacted: Text | None = None


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
    when: DateTime | None = None
    changes: Annotated[list[RegionOfInterest], Field(min_length=1)] | None = None
    description: Text | None = None
    reason: Annotated[str, AfterValidator(_reason)] | None = None
    parameters: ActionParameters | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.digitalSourceType is None and self.action in _NEEDS_SOURCE_TYPE:
            raise refused(f"must have a digitalSourceType, because it is {self.action}")
        languages = (
            self.parameters and self.parameters.sourceLanguage and self.parameters.targetLanguage
        )
        if self.action == "c2pa.translated" and not languages:
            raise refused("must have parameters.sourceLanguage and parameters.targetLanguage")
        if self.digitalSourceType is not None and self.action == OPENED:
            raise refused(f"must not have a digitalSourceType, because it is {OPENED}")
        redacted = self.parameters and self.parameters.redacted
        if self.action == REDACTED and not (redacted and self.reason):
            raise refused("must have a reason and parameters.redacted, the URI of the assertion")
        if self.action != REDACTED and redacted:
            raise refused(f"must not have parameters.redacted, which belongs to {REDACTED}")
        return self


class Actions(StrictModel):
    """The content of `c2pa.actions.v2`."""

    actions: Annotated[list[Action], Field(min_length=1)]
    allActionsIncluded: bool
    softwareAgents: Annotated[list[SoftwareAgent], Field(min_length=1)] | None = None
    templates: Annotated[list[Template], Field(min_length=1)] | None = None
    metadata: AssertionMetadata | None = None

    @model_validator(mode="after")
    def _begins_with_inception(self) -> Self:
        first, *later = (action.action for action in self.actions)
        if first not in INCEPTION:
            raise refused(f"must begin with {CREATED} or {OPENED}: how the asset came to be")
        if INCEPTION.intersection(later):
            raise refused(f"must have one of {CREATED} and {OPENED} only, as the first action")
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
