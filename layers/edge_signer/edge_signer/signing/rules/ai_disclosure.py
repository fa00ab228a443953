"""The AI disclosure assertion: which model made it, and who looked at it (C2PA 2.4 §18.28)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ValidationError

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.action_model import Text, refused
from edge_signer.signing.rules.strict_model import NAMESPACED, StrictModel, first_fault

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
    """How far people were involved."""

    humanOversightLevel: Literal["fully_autonomous", "prompt_guided", "human_validated"]


class AiDisclosure(StrictModel):
    """The content of `c2pa.ai-disclosure`."""

    # A type of the standard's list, such as c2pa.types.model.onnx, or one of somebody's own.
    modelType: Annotated[str, AfterValidator(_model_type)]
    modelName: Text | None = None
    modelIdentifier: Text | None = None
    contentProfile: ContentProfile | None = None
    scientificDomain: Annotated[Text | list[Text] | None, BeforeValidator(_domains)] = None


def ai_disclosure_assertion(said: Any, path: str) -> dict[str, Any]:
    """Check the content of an AI disclosure.

    Args:
        said: What the client sent.
        path: Where it stood in the request, for messages.

    Raises:
        InvalidAssertionError: Naming the path of what is wrong.
    """
    try:
        return AiDisclosure.model_validate(said).model_dump(exclude_none=True)
    except ValidationError as invalid:
        raise InvalidAssertionError(first_fault(invalid, path)) from None
