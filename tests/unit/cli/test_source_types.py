"""Words for how an asset came to be: what is understood, and what is asked back."""

from __future__ import annotations

import pytest

from cli.source_types import USUAL, SourceTypeError, source_type_uri, usual_lines
from edge_signer.signing.rules.digital_source_types import (
    C2PA,
    IPTC,
    TERMS,
    VOCABULARY,
    term_of,
)


def test_the_command_knows_the_terms_that_the_signer_takes() -> None:
    assert set(USUAL) < set(TERMS)
    assert set(TERMS.values()) < VOCABULARY


@pytest.mark.parametrize("given", ["digitalCapture", "digitalcapture", " DIGITALCAPTURE "])
def test_a_term_may_be_written_in_any_case(given: str) -> None:
    assert source_type_uri(given) == IPTC + "digitalCapture"


@pytest.mark.parametrize("given", [IPTC + "print", C2PA + "empty", "https://example.com/own"])
def test_a_uri_stays_as_it_is(given: str) -> None:
    assert source_type_uri(given) == given


def test_empty_is_a_term_of_c2pa() -> None:
    assert source_type_uri("empty") == C2PA + "empty"
    assert term_of(C2PA + "empty") == "empty"
    assert term_of(IPTC + "madeUp") == IPTC + "madeUp"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("digitalCaptur", "digitalCapture"),
        ("trained-algorithmic-media", "trainedAlgorithmicMedia"),
        ("AI", "trainedAlgorithmicMedia"),
        ("photo", "digitalCapture"),
        ("screenshot", "screenCapture"),
    ],
)
def test_a_near_miss_is_asked_back(given: str, meant: str) -> None:
    with pytest.raises(SourceTypeError, match=f"did you mean.* {meant}"):
        source_type_uri(given)


@pytest.mark.parametrize("given", ["", "xyzzy"])
def test_what_is_near_to_nothing_gets_no_guess(given: str) -> None:
    with pytest.raises(SourceTypeError) as unknown:
        source_type_uri(given)
    assert "did you mean" not in str(unknown.value)


def test_the_list_names_every_term() -> None:
    listed = "\n".join(usual_lines())
    assert all(term in listed for term in TERMS)
