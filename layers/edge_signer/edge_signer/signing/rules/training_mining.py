"""Training and data mining preferences (CAWG training and data mining assertion 1.1)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.strict_model import StrictModel, first_fault

TRAINING_MINING_LABEL = "cawg.training-mining"

_LIMITATIONS = {"no-generative-ai": {"cawg.ai_generative_training": {"use": "notAllowed"}}}

Purpose = Literal[
    "cawg.ai_generative_training", "cawg.ai_inference", "cawg.ai_training", "cawg.data_mining"
]


class Preference(StrictModel):
    """What may be done for one purpose."""

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
        path: Where it stood in the request, for messages.

    Raises:
        InvalidAssertionError: Naming the path of what is wrong.
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
        raise InvalidAssertionError(f"{path}.entries have a purpose twice, under both its prefixes")
    return {**said, "entries": renamed}
