"""Five thousand mutated inputs, the same each time; `make fuzz` runs more, and others."""

from __future__ import annotations

from pathlib import Path

import pytest

from measure.fuzz.campaign import Campaign, Finding
from measure.fuzz.ingredients.target import IngredientTarget
from measure.fuzz.outcomes import documented_names, read_json
from measure.fuzz.verdicts import Verdicts

SEED = 1
INPUTS = 5000
# One byte each of three stores; `make fuzz-verify` judges 20,000.
MUTANTS = 300
# `make fuzz-ingredients` sends 100,000, and both engines judge what is signed.
PARENTS = 300
# Seldom met by so few inputs; `test_builder.py` asks for each.
RARE = {
    *("AssertionIsHardBinding", "AttachmentsMissing", "BindingInvalid", "OutOfMemory"),
    "StoreLength",
}


def test_every_input_has_an_answer_or_a_refusal_with_a_name() -> None:
    campaign = Campaign(SEED)
    campaign.run(range(INPUTS))
    assert campaign.tally.inputs.total() == INPUTS
    # Else the inputs are no longer such as come near to what they are to try.
    assert documented_names() - set(campaign.tally.refused) <= RARE
    assert campaign.tally.accepted > INPUTS / 10


def test_a_number_gives_the_same_input_whatever_came_before() -> None:
    first, second = Campaign(SEED), Campaign(SEED)
    first.run(range(40))
    second.run(reversed(range(40)))
    assert first.tally == second.tally


def test_a_finding_says_how_to_have_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "measure.fuzz.outcomes.documented_names", lambda: frozenset({"NotPrepared"})
    )
    with pytest.raises(Finding, match=r"--seed 1 --only (\d+)") as found:
        Campaign(SEED).run(range(INPUTS))
    saved = found.value.save(tmp_path).read_text()
    assert "is not documented" in saved
    assert str(found.value) in saved
    with pytest.raises(Finding, match=str(found.value).partition(";")[0]):
        Campaign(SEED).run([found.value.number])


def test_the_names_are_those_that_the_sources_declare() -> None:
    assert {"JsonTooDeep", "AlgorithmUnknown", "NotPrepared", "TbsTooLarge"} <= documented_names()
    assert not {"Trapped", "OutOfFuel"} & documented_names()


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":2}', b"NaN", b"1e400", b'"\\ud800"', b"[1,]", b"\xff"]
)
def test_the_other_reader_is_strict(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_verify_has_a_verdict_on_every_damaged_store() -> None:
    verdicts = Verdicts(SEED)
    verdicts.run(range(MUTANTS))
    assert sum(states.total() for states in verdicts.states.values()) == MUTANTS
    # Else the damage no longer reaches both what the engine reports on and what it cannot read.
    came = {state for states in verdicts.states.values() for state in states}
    assert {"Invalid, exit 1", "Unreadable, exit 1"} <= came


def test_damaged_parents_are_recorded_as_they_are_or_refused() -> None:
    target = IngredientTarget(engines_share=0.1)
    outcomes = {target.run(number, SEED)[1] for number in range(PARENTS)}
    # Else the damage no longer reaches both what is recorded and what is refused.
    assert "INVALID_INGREDIENT" in outcomes
    assert any("parent Trusted" in one for one in outcomes)
    assert any("parent Invalid" in one for one in outcomes)
