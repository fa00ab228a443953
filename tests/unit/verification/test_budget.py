"""All values of a store are paid for from one budget, in whatever form and by whichever reader."""

from __future__ import annotations

from datetime import UTC, datetime

import cbor2
import pytest

from edge_signer.verification.cbor_values import ItemBudget, OddKey, read_cbor
from edge_signer.verification.claims import manifest_reading
from edge_signer.verification.json_values import read_json
from edge_signer.verification.store_notes import MAX_NOTES, examine
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import validate_store
from tests.judges.own_validator import codes
from tests.media.made_stores import Assertion, assertion, made_manifest, made_store

NOW = datetime.now(UTC)
TOO_MANY = "the store has too many values"
#: More than half of what one store may have.
LIST = [0] * 300_000
JSON_LIST = b"[" + b"0," * 300_000 + b"0]"


def validated(*manifests: bytes) -> StoreValidation:
    return validate_store(made_store(*manifests), None, TrustLists(()), NOW)


@pytest.mark.parametrize(
    "second",
    [assertion("org.second", LIST), Assertion("org.second", JSON_LIST, b"json")],
    ids=["CBOR", "JSON"],
)
def test_assertions_share_a_budget(second: Assertion) -> None:
    first = Assertion("org.first", JSON_LIST, b"json")
    found = validated(made_manifest("m", [first, second]))
    assert found.active is not None
    (said,) = [one for one in found.active.not_checked if TOO_MANY in one]
    assert "org.second" in said
    assert not {"assertion.json.invalid", "assertion.cbor.invalid"} & codes(
        found.active.findings.failure
    )


def cose(payload: bytes = b"\xf6") -> bytes:
    return b"\xd2\x84\x40\xa0" + payload + b"\x40"


def reason(found: StoreValidation, number: int) -> str:
    failures = found.manifests[number].findings.failure
    (said,) = [one.explanation for one in failures if one.code == "claimSignature.mismatch"]
    return said


def test_signatures_share_it_and_come_before_assertions() -> None:
    large = cose(cbor2.dumps(LIST))
    found = validated(made_manifest("a", signature=large), made_manifest("b", signature=large))
    assert TOO_MANY not in reason(found, 0)
    assert TOO_MANY in reason(found, 1)
    many = [assertion(f"org.{number}", LIST) for number in range(2)]
    found = validated(made_manifest("a", many), made_manifest("b", many, signature=cose()))
    assert TOO_MANY not in reason(found, 1)


def test_a_header_has_few_items() -> None:
    for items, said in ((900, "has no certificate"), (1_100, "header of the signature cannot")):
        header = cbor2.dumps({9: [0] * items})
        signature = b"\xd2\x84" + cbor2.dumps(header) + b"\xa0\xf6\x40"
        assert said in reason(validated(made_manifest("m", signature=signature)), 0)


def test_json_is_paid_for_before_it_is_read() -> None:
    budget = ItemBudget(10)
    assert read_json(b"[{}, {}, {}, {}, {}, {}]", budget).is_too_large
    assert budget.items == 10
    assert read_json(b'{"a": [1, 2]}', budget).value == {"a": [1, 2]}
    assert budget.items == 5
    assert not read_json(b"{", budget).is_well_formed


def test_json_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def reading(encoded: bytes, budget: ItemBudget) -> object:
        read.append(encoded)
        return read_json(encoded, budget)

    monkeypatch.setattr(manifest_reading, "read_json", reading)
    content = b'{"@context": {}, "dc:none": 1}'
    found = validated(made_manifest("m", [Assertion("c2pa.metadata", content, b"json")]))
    assert found.active is not None
    assert "assertion.metadata.disallowed" in codes(found.active.findings.failure)
    assert read == [content]


def test_notes_have_a_budget_and_an_end() -> None:
    many = [assertion(f"org.{number}", LIST) for number in range(2)]
    (note,) = examine(made_store(made_manifest("m", many))).notes
    assert TOO_MANY in note.text
    twice = b"\xb9\x4e\x20" + b"".join(cbor2.dumps(number // 2) + b"\0" for number in range(20_000))
    notes = examine(made_store(made_manifest("m", [Assertion("org.twice", twice)]))).notes
    assert len(notes) == MAX_NOTES + 1
    assert "more" in notes[-1].text
    long = cbor2.dumps({"actions": [{"action": "a" * 9999, "digitalSourceType": "b" * 9999}]})
    key = cbor2.dumps("k" * 9999)
    for content in (long, b"\xa2" + key + b"\0" + key + b"\0"):
        store = made_store(made_manifest("m", [Assertion("c2pa.actions", content)]))
        (note,) = examine(store).notes
        assert len(note.text) < 600


def test_a_map_may_be_the_key_of_a_map() -> None:
    nested = b"\xa1" * 30 + b"\x62'\"" + b"\0" * 30
    (key,) = read_cbor(nested).value
    assert key == OddKey(nested[1:-1])
    twice = b"\xa2\xa0\x01\xa0\x02"
    assert len(read_cbor(twice).repeated_keys) == 1
    assert not read_cbor(b"\xa2\xa0\x01\x80\x02").repeated_keys
