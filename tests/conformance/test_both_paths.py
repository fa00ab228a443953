"""Edge and central signer sign the same bodies, and refuse the others with the same error."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import pytest

from edge_signer.signing.rules.exact_numbers import InexactNumberError, exact_digits
from measure.fuzz.agreement import BothPaths, any_float, body
from tests.conftest import ROOT
from tests.media.sample_regions import ASSERTION_METADATA, RANGES
from tests.signers.software_signer import ACTIONS

RECORDED = json.loads((ROOT / "tests/data/central/refused_by_central_signer.json").read_text())


@pytest.fixture(scope="module")
def paths() -> BothPaths:
    return BothPaths()


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["why"])
def test_what_the_central_signer_once_refused_is_signed(
    case: dict[str, Any], paths: BothPaths
) -> None:
    assert paths.answers(case["assertions"]) == ("signed", "signed")


def test_random_bodies_get_the_same_answer_on_both_paths(paths: BothPaths) -> None:
    random = Random(7)
    signed = 0
    for _ in range(200):
        said = body(random)
        edge, central = paths.answers(said, random.choice((None, "Harbour", "Zoë 😀", "x" * 256)))
        assert edge == central, json.dumps(said)
        signed += edge == "signed"
    assert signed > 180


def test_both_paths_write_regions_and_metadata_about_the_actions_alike(paths: BothPaths) -> None:
    (created,) = ACTIONS["c2pa.actions"]
    regions = [{"region": [one]} for one in RANGES]
    said = {"actions": [{**created, "changes": regions}], "metadata": ASSERTION_METADATA}
    assert paths.answers({"c2pa.actions": said}) == ("signed", "signed")


@pytest.mark.parametrize(
    ("number", "demand"),
    [
        (2**63, "an integer outside the signed 64-bit range"),
        (-(2**63) - 1, "an integer outside the signed 64-bit range"),
        (0.0036239222750672484, "write it with at most 15 digits"),
    ],
)
def test_a_number_that_one_engine_cannot_carry_is_refused_by_both(
    number: float, demand: str, paths: BothPaths
) -> None:
    edge, central = paths.answers({**ACTIONS, "com.example.a": {"b": [number]}})
    assert edge == central
    assert edge.startswith("INVALID_ASSERTION: assertions.com.example.a.b[0] is")
    assert demand in edge


def test_digits_for_c2pa_rs_name_the_number_or_its_neighbour() -> None:
    random = Random(7)
    refused = 0
    for _ in range(20_000):
        number = any_float(random)
        try:
            digits = float(exact_digits(number))
        except InexactNumberError:
            refused += 1
        else:
            assert math.isclose(digits, number, rel_tol=1e-15), number
    assert refused < 100


@pytest.mark.parametrize("number", [0.1, 1.5, -2.5, 1e22, 123456.789, 0.000123456789012])
def test_up_to_15_digits_are_never_refused(number: float) -> None:
    assert float(exact_digits(number)) == number
