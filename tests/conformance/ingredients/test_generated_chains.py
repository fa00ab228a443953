"""Generated chains: what is on record about ancestors is what other engines find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from measure.chains.chain import Chain, chains
from measure.chains.faults import KINDS
from measure.chains.judging import C2PA_RS, ENCYPHER, OWN, RECORD, judged
from measure.chains.signers import Signers, signers

SEED, COUNT = 2, 20


@pytest.fixture(scope="module")
def signing() -> Iterator[Signers]:
    with signers() as made:
        yield made


@pytest.fixture(scope="module")
def made(signing: Signers) -> list[Chain]:
    return [*chains(signing, COUNT, SEED)]


def test_engines_find_what_is_on_record(signing: Signers, made: list[Chain]) -> None:
    said = {one.number: judged(one, signing).disagreements for one in made}
    assert {number: one for number, one in said.items() if one} == {}


def test_a_few_chains_have_much_of_what_there_is(made: list[Chain]) -> None:
    tops = [one.top for one in made if one.top]
    assert {one.ancestors for one in made} == {1, 2, 3, 4}
    assert len({one.fault.name for one in made if one.fault}) >= 3
    assert {one.is_embedded for one in tops} == {True, False}
    assert len({one.media_type for one in tops}) >= 5
    makers = {source.link.maker for one in tops for source in one.below if source.link}
    assert makers == {"edge-signer", "c2pa-rs"}


def test_a_record_that_is_not_true_would_be_noticed(signing: Signers, made: list[Chain]) -> None:
    sound = next(one for one in made if one.fault is None and one.top and one.top.below[0].link)
    unseen = replace(sound, fault=KINDS["claim changed"], faulty_label="urn:c2pa:elsewhere")
    assert [*judged(unseen, signing).disagreements] == [RECORD]
    faulty = next(one for one in made if one.fault is not None and one.fault.codes and one.top)
    concealed = replace(faulty, faulty_label="urn:c2pa:elsewhere")
    assert [*judged(concealed, signing).disagreements] == [RECORD]


def test_a_last_link_that_nobody_trusts_would_be_noticed(
    signing: Signers, made: list[Chain]
) -> None:
    sidecar = next(one for one in made if one.top and not one.top.is_embedded)
    assert sidecar.top
    elsewhere = replace(sidecar, top=replace(sidecar.top, asset=sidecar.top.asset + b"!"))
    assert {C2PA_RS, ENCYPHER, OWN} <= judged(elsewhere, signing).disagreements.keys()
