"""Whatever the builder accepts is in the manifest, unchanged, and in deterministic CBOR."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from tests.conformance.definitions import (
    FLOATS,
    INTEGERS,
    TOKENS,
    definitions,
    filled,
)
from tests.judges.manifest_reader import check_store, check_tbs, check_time_stamp_payload
from tests.judges.manifest_words import MAX_ASSERTIONS, MAX_TBS_BYTES, SIGNATURE_LENGTHS, Said

_builder = lru_cache(maxsize=1)(ManifestBuilder)
LABEL = "urn:c2pa:00000000-0000-4000-8000-000000000000"


def check_built(definition: ManifestDefinition, signature: bytes, token: bytes) -> None:
    said = Said.by(definition)
    prepared = _builder().prepare(definition)
    check_tbs(prepared.tbs, said)
    payload = prepared.time_stamp_payload(signature)
    check_time_stamp_payload(payload, prepared.tbs, said, signature)
    check_store(prepared.assemble(signature, token), prepared.tbs, said, signature, token)


def defined(*contents: dict[str, Any], **changes: Any) -> ManifestDefinition:
    parts: dict[str, Any] = {
        "label": LABEL,
        "instance_id": "xmp:iid:1",
        "algorithm": "ES256",
        "claim_generator_info": {"name": "n"},
        "assertions": [Assertion("org.example", content, True) for content in contents],
        "asset_sha256": bytes(32),
        "x5chain": [b"leaf"],
    }
    return ManifestDefinition(**{**parts, **changes})


@given(definitions(), TOKENS, st.data())
@settings(max_examples=300, deadline=None)
def test_the_manifest_says_what_was_said_and_nothing_else(
    definition: ManifestDefinition, token: bytes, data: st.DataObject
) -> None:
    length = data.draw(st.sampled_from(SIGNATURE_LENGTHS[definition.algorithm]))
    check_built(definition, data.draw(filled(st.just(length))), token)


def shuffled(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    random.shuffle(names)
    return {name: shuffled(value[name], random) for name in names}


@given(definitions(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_keys_changes_no_byte(definition: ManifestDefinition, random: Random) -> None:
    other = ManifestDefinition(
        **{
            **vars(definition),
            "claim_generator_info": shuffled(definition.claim_generator_info, random),
            "assertions": [
                replace(one, content=shuffled(one.content, random)) for one in definition.assertions
            ],
        }
    )
    signature = bytes(SIGNATURE_LENGTHS[definition.algorithm][0])
    first, second, third = (
        _builder().prepare(one).assemble(signature) for one in (definition, other, definition)
    )
    assert first == second == third


@given(st.lists(INTEGERS | FLOATS, min_size=1, max_size=40))
@settings(max_examples=300, deadline=None)
def test_every_number_has_its_shortest_form(numbers: list[float]) -> None:
    store = _builder().prepare(defined({"n": numbers})).assemble(bytes(64))
    assert cbor2.dumps({"n": numbers}, canonical=True) in store


class Written(ManifestDefinition):
    """A definition whose one assertion is JSON text that no encoder of ours would write."""

    def to_json(self) -> bytes:
        return super().to_json().replace(b'"here"', self.claim_generator_info["text"].encode())


NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,24})\.[0-9]{1,30}([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
HARD_NUMBERS = st.sampled_from(
    [
        "2.2250738585072011e-308",
        "9007199254740993.0",
        "1e23",
        "0." + "0" * 400 + "1e400",
        "1" + "0" * 400 + "e-400",
        "2.4703282292062327208e-324",
        "179769313486231580793728971405301e276",
        "1e-999999999999999999999",
    ]
)


@given(NUMBERS | HARD_NUMBERS)
@settings(max_examples=300, deadline=None)
def test_a_number_is_read_as_everybody_reads_it(digits: str) -> None:
    written = Written(
        **vars(defined({"n": "here"}, claim_generator_info={"name": "n", "text": digits}))
    )
    expected = json.loads(digits)
    if expected in (float("inf"), float("-inf")):
        with pytest.raises(BuildError, match="JsonNumberOutOfRange"):
            _builder().prepare(written)
        return
    store = _builder().prepare(written).assemble(bytes(64))
    assert cbor2.dumps({"n": expected}, canonical=True) in store


def nested(levels: int, *, lists: bool) -> Any:
    content: Any = 1.1
    for _ in range(levels):
        content = [content] if lists else {"a": content}
    return content


@pytest.mark.parametrize("lists", [False, True])
def test_nesting_is_kept_up_to_the_bound(lists: bool) -> None:
    # Four levels are the definition's own: itself, its list, the assertion, the content.
    check_built(defined({"a": nested(28, lists=lists)}), bytes(64), b"")
    with pytest.raises(BuildError, match="JsonTooDeep"):
        _builder().prepare(defined({"a": nested(29, lists=lists)}))


def test_values_are_kept_up_to_the_bound() -> None:
    own = 11  # values around what is counted here
    check_built(defined({str(number): number for number in range(10_000 - own)}), bytes(64), b"")
    with pytest.raises(BuildError, match="JsonTooManyValues"):
        _builder().prepare(defined({str(number): number for number in range(10_001 - own)}))


def test_keys_that_differ_at_their_ends_only_leave_fuel_for_the_rest() -> None:
    # The costliest that was found to fit into a request.
    names = [f"{number:->44}" for number in range(1400)]
    Random(1).shuffle(names)
    check_built(defined(dict.fromkeys(names)), bytes(64), b"")


def test_assertions_of_one_label_are_told_apart() -> None:
    # More would not fit into the claim with so long a label.
    short = [Assertion("a", {"n": number}, True) for number in range(MAX_ASSERTIONS)]
    check_built(defined(assertions=short), bytes(64), b"")


@pytest.mark.parametrize("fill", ["x", "\0", "😀"])
def test_a_text_as_long_as_the_input_takes_is_kept(fill: str) -> None:
    content = {"a": fill * (180_000 // len(json.dumps(fill, ensure_ascii=False).encode()))}
    check_built(defined(content), bytes(64), b"")


def test_the_tbs_is_kept_up_to_the_bound() -> None:
    def of(length: int) -> ManifestDefinition:
        return defined({}, x5chain=[b"c" * length])

    spare = MAX_TBS_BYTES - len(_builder().prepare(of(8000)).tbs)
    largest = of(8000 + spare)
    assert len(_builder().prepare(largest).tbs) == MAX_TBS_BYTES
    check_built(largest, bytes(64), b"")
    with pytest.raises(BuildError, match="TbsTooLarge"):
        _builder().prepare(of(8001 + spare))


@pytest.mark.parametrize("length", [200_000, 5 * 1024 * 1024])
def test_what_is_too_long_to_be_read_harms_nothing(length: int) -> None:
    definition = defined({"a": ["x" * 90] * 100})
    prepared = _builder().prepare(definition)
    with pytest.raises(BuildError, match="InputTooLong"):
        prepared.assemble(bytes(64), b"\xff" * length)
    store = prepared.assemble(bytes(64))
    check_store(store, prepared.tbs, Said.by(definition), bytes(64), b"")


NOT_JSON: dict[str, tuple[Any, str]] = {
    "half of a surrogate pair": ("\ud800", "JsonSyntax"),
    "no number": (float("nan"), "JsonSyntax"),
    "infinity": (float("inf"), "JsonSyntax"),
    "an integer that Python does not write": (10**5000, "JsonSyntax"),
    "deeper than Python writes": (nested(100_000, lists=True), "JsonTooDeep"),
}


@pytest.mark.parametrize("case", NOT_JSON)
def test_what_is_not_json_is_refused_by_name(case: str) -> None:
    value, name = NOT_JSON[case]
    in_info = {"name": "n", "a": value}
    in_text = [Assertion("org.example", {"a": value}, True, "json")]
    for definition in (
        defined({"a": value}),
        defined({}, claim_generator_info=in_info),
        defined(assertions=in_text),
    ):
        with pytest.raises(BuildError, match=name):
            _builder().prepare(definition)


@given(st.text(st.characters(categories=["Cs"]), min_size=1), st.text())
def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(half: str, text: str) -> None:
    for content in ({"a": text + half}, {half + text: 1}):
        with pytest.raises(BuildError, match="JsonSyntax"):
            _builder().prepare(defined(content))
