"""AI disclosures that the standard has, and what is said of others."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.ai_assertions import ai_disclosure_assertion

LEAST = {"modelType": "c2pa.types.model"}


@pytest.mark.parametrize(
    "said",
    [
        LEAST,
        {"modelType": "com.example.model"},
        {
            **LEAST,
            "modelName": "Example 2",
            "modelIdentifier": "pkg:huggingface/example/example-2@main",
            "contentProfile": {"humanOversightLevel": "human_validated"},
            "scientificDomain": ["cs.CV", "cs.LG"],
        },
        {**LEAST, "scientificDomain": "cs.CV"},
    ],
)
def test_a_disclosure_is_made_as_it_was_said(said: dict[str, Any]) -> None:
    assert ai_disclosure_assertion(said, "x") == said


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("c2pa.types.model", "must be an object"),
        ({}, "x.modelType is required"),
        ({"modelType": "model"}, "x.modelType must be a name such as c2pa.types.model"),
        ({**LEAST, "modelName": ""}, "x.modelName must not be empty"),
        ({**LEAST, "vendor": "y"}, "x.vendor is not a supported field"),
        (
            {**LEAST, "contentProfile": {"humanOversightLevel": "some"}},
            "x.contentProfile.humanOversightLevel must be 'fully_autonomous'",
        ),
        ({**LEAST, "scientificDomain": 7}, "x.scientificDomain must be a text or a list of texts"),
        ({**LEAST, "scientificDomain": []}, "x.scientificDomain must be a text or a list of texts"),
    ],
)
def test_a_wrong_disclosure_is_refused_with_its_path(said: Any, message: str) -> None:
    with pytest.raises(InvalidAssertionError) as refused:
        ai_disclosure_assertion(said, "x")
    assert refused.value.message.startswith(message if message.startswith("x") else f"x {message}")
