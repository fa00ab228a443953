"""AI disclosure (C2PA 2.4 §18.28), and training and data mining (CAWG assertion 1.1)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.strict_content import NAMESPACED, StrictModel, first_fault
from edge_signer.signing.rules.text_types import Text, refused

AI_DISCLOSURE_LABEL = "c2pa.ai-disclosure"


def _model_type(name: str) -> str:
    if not NAMESPACED.fullmatch(name):
        raise refused("must be a name such as c2pa.types.model or com.example.model")
    return name


def _domains(said: Any) -> Any:
    if said is None:
        return None
    texts = said if isinstance(said, list) else [said]
    if not texts or not all(isinstance(one, str) and one for one in texts):
        raise refused("must be a text or a list of texts, such as cs.CV")
    return said


class ContentProfile(StrictModel):
    """How much people were involved."""

    humanOversightLevel: Literal["fully_autonomous", "prompt_guided", "human_validated"]


class AiDisclosure(StrictModel):
    """The content of `c2pa.ai-disclosure`."""

    # One of the standard's types, such as c2pa.types.model.onnx, or a namespaced one.
    modelType: Annotated[str, AfterValidator(_model_type)]
    modelName: Text | None = None
    modelIdentifier: Text | None = None
    contentProfile: ContentProfile | None = None
    scientificDomain: Annotated[Text | list[Text] | None, BeforeValidator(_domains)] = None


def ai_disclosure_assertion(said: Any, path: str) -> dict[str, Any]:
    """Check the content of an AI disclosure.

    Args:
        said: What the client sent.
        path: Its place in the request, for messages.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
    """
    try:
        return AiDisclosure.model_validate(said).model_dump(exclude_none=True)
    except ValidationError as invalid:
        raise InvalidAssertionError(first_fault(invalid, path)) from None


TRAINING_MINING_LABEL = "cawg.training-mining"

_LIMITATIONS = {"no-generative-ai": {"cawg.ai_generative_training": {"use": "notAllowed"}}}

Purpose = Literal[
    "cawg.ai_generative_training", "cawg.ai_inference", "cawg.ai_training", "cawg.data_mining"
]


class Preference(StrictModel):
    """What is allowed for one purpose."""

    use: Literal["allowed", "notAllowed", "constrained"]
    constraint_info: Annotated[str, Field(min_length=1)] | None = None


class TrainingMining(StrictModel):
    """The content of `cawg.training-mining`."""

    entries: Annotated[dict[Purpose, Preference], Field(min_length=1)]


class _Limitations(StrictModel):
    limitations: Literal["no-generative-ai"]


def training_mining_assertion(said: Any, path: str) -> dict[str, Any]:
    """Turn preferences, or limitations by name, into the content of `cawg.training-mining`.

    Args:
        said: What the client sent; purposes may have the older prefix `c2pa.`.
        path: Its place in the request, for messages.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
    """
    try:
        if isinstance(said, dict) and "limitations" in said:
            limitation = _Limitations.model_validate(said).limitations
            return {"entries": _LIMITATIONS[limitation]}
        preferences = TrainingMining.model_validate(_with_todays_prefix(said, path))
    except ValidationError as invalid:
        raise InvalidAssertionError(first_fault(invalid, path)) from None
    return preferences.model_dump(exclude_none=True)


def _with_todays_prefix(said: Any, path: str) -> Any:
    if not isinstance(said, dict) or not isinstance(said.get("entries"), dict):
        return said
    entries = said["entries"]
    renamed = {
        f"cawg.{purpose.removeprefix('c2pa.')}" if purpose.startswith("c2pa.") else purpose: entry
        for purpose, entry in entries.items()
    }
    if len(renamed) != len(entries):
        raise InvalidAssertionError(f"{path}.entries have a purpose twice, with both prefixes")
    return {**said, "entries": renamed}
