"""The verifiers give a verdict for any input, of any type, and raise nothing."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from edge_signer.execution.receipts.receipt import verify_receipt
from edge_signer.execution.receipts.receipt_signer import prove
from edge_signer.execution.receipts.refusals import Refusal
from edge_signer.execution.receipts.result_verifier import verify_result
from tests.jobs.receipts import (
    GENUINE,
    OUTCOME,
    PUBKEY,
    REQUEST,
    SoftwareReceiptSigner,
    job_result,
)

RESULT = job_result(prove(SoftwareReceiptSigner(), OUTCOME))
DEEP = "[" * 100_000
STRANGE: tuple[Any, ...] = (
    *(None, 0, 1.5, True, [], {}, object(), bytearray(b"{}"), memoryview(b"{}"), b"", ""),
    *(b"\xff", "\ud800", "\ufeff{}", b"\xef\xbb\xbf{}", DEEP, DEEP.encode(), "9" * 10_000, "NaN"),
)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        1.5,
        2**63,
        10**400,
        "",
        "\ud800",
        "\x00",
        "=",
        "é",
        [],
        {},
        [[]],
        float("inf"),
    ),
    {"sha256": [1]},
)


def mutated(random: Random, document: dict[str, Any]) -> str | bytes:
    """Change members at any depth, then perhaps some bytes; give text or bytes."""
    read = json.loads(json.dumps(document))
    for _ in range(random.randint(0, 3)):
        place = read
        while True:
            name = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[name], dict | list) or not place[name] or random.random() < 0.3:
                break
            place = place[name]
        place[name] = random.choice(VALUES)
    text = json.dumps(read, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.4:
        at = random.randrange(len(text))
        text = text[:at] + random.choice(("\ud800", "\x00", '"', "{", DEEP, "")) + text[at + 1 :]
    return text if random.random() < 0.5 else text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("strange", STRANGE, ids=lambda one: f"{type(one).__name__} {one!r:.12}")
def test_what_is_no_document_is_refused(strange: Any) -> None:
    genuine = json.dumps(RESULT)
    assert verify_receipt(strange, PUBKEY).refusal in {Refusal.MALFORMED, Refusal.TOO_LARGE}
    assert verify_receipt(GENUINE, strange).refusal is Refusal.PINNED_KEY_INVALID
    assert verify_result(strange, PUBKEY).refusal is Refusal.RESULT_MALFORMED
    assert verify_result(genuine, strange).refusal is Refusal.PINNED_KEY_INVALID
    asked = verify_result(genuine, PUBKEY, strange).refusal
    assert asked is (None if strange is None else Refusal.REQUEST_MALFORMED)


def test_mutated_documents_get_verdicts() -> None:
    random = Random(9)
    for _ in range(400):
        answer, asked = mutated(random, RESULT), mutated(random, REQUEST)
        verdict = verify_result(answer, PUBKEY, random.choice((asked, None)))
        assert (verdict.refusal is None) == (verdict.statement is not None)
        verify_receipt(mutated(random, json.loads(GENUINE)), PUBKEY)


def test_text_and_bytes_are_the_same() -> None:
    text, asked = json.dumps(RESULT), json.dumps(REQUEST)
    assert verify_result(text, PUBKEY, asked) == verify_result(
        text.encode(), PUBKEY, asked.encode()
    )
    assert verify_receipt(GENUINE, PUBKEY) == verify_receipt(GENUINE.encode(), PUBKEY)
