"""What the strict profile takes, what it refuses, and that three languages say the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.execution.receipts.receipt import MAX_RECEIPT_BYTES, Receipt, verify_receipt
from edge_signer.execution.receipts.refusals import Refusal
from tests.jobs.receipt_mutations import mutated
from tests.jobs.receipts import (
    CLIENTS,
    DATA,
    GENUINE,
    PUBKEY,
    REFUSALS,
    VECTORS,
    Sample,
    SoftwareReceiptSigner,
    client_verdicts,
    judged_file,
)

CASES = VECTORS["cases"]
FACTS = ("module_hash", "exit_code", "wall_time_ms", "timestamp")


def verdict(sample: Sample) -> str:
    return str(verify_receipt(*sample).refusal or "ok")


def is_what_was_signed(sample: Sample) -> bool:
    """Tell, as Python reads JSON, whether all members are those that the key signed."""
    members = json.loads(sample.receipt_json)
    receipt = Receipt(*(members[name] for name in FACTS))
    key = SoftwareReceiptSigner()
    signature = key.sign(key.key(), receipt.digest())
    return (
        members == json.loads(receipt.to_json(bytes.fromhex(PUBKEY), signature))
        and all(type(members[name]) is int for name in FACTS[1:])
        and 0 <= receipt.exit_code <= 255
        and sample.pinned_pubkey == PUBKEY
    )


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_each_vector_gets_its_verdict(case: dict[str, Any]) -> None:
    judged = verify_receipt(case["receipt_json"].encode(), case["pinned_pubkey"])
    assert judged.refusal == REFUSALS[case["id"]]
    assert (judged.receipt is not None) == (case["expect"] == "accept")
    if judged.receipt is not None:
        assert judged.receipt.message() == case["canonical"].encode()
        assert judged.receipt.digest().hex() == case["digest"]


@pytest.mark.parametrize("language", CLIENTS)
def test_each_vector_gets_the_same_verdict_in_another_language(language: str) -> None:
    interpreter = shutil.which(language)
    if interpreter is None:
        pytest.skip(f"{language} is not installed: its verifier was not tried")
    ids = [case["id"] for case in CASES]
    judged = judged_file(interpreter, language, DATA / "vectors.json", ids)
    assert judged == [REFUSALS[id_] or "ok" for id_ in ids]


def test_a_signer_makes_the_receipts_of_the_vectors() -> None:
    signer = SoftwareReceiptSigner()
    for case in CASES[:8]:
        members = json.loads(case["receipt_json"])
        receipt = Receipt(*(members[name] for name in FACTS))
        signature = signer.sign(signer.key(), receipt.digest())
        assert receipt.to_json(signer.key().public_key, signature) == case["receipt_json"]


@settings(max_examples=500)
@given(st.randoms(use_true_random=False))
def test_no_mutation_is_taken_unless_it_says_what_was_signed(random: Random) -> None:
    sample = mutated(random)
    judged = verify_receipt(*sample)
    assert (judged.refusal is None) == (judged.receipt is not None)
    if judged.refusal is None:
        assert is_what_was_signed(sample)


@given(st.binary(max_size=MAX_RECEIPT_BYTES + 10), st.text(max_size=80))
def test_any_bytes_and_any_key_get_a_verdict(receipt_json: bytes, pinned_pubkey: str) -> None:
    assert verify_receipt(receipt_json, pinned_pubkey).refusal is not None
    assert verify_receipt(receipt_json, PUBKEY).refusal is not None


@pytest.mark.parametrize("language", CLIENTS)
def test_other_languages_agree_on_mutations(language: str, tmp_path: Path) -> None:
    random = Random(20251109)
    samples = [mutated(random) for _ in range(2000)]
    ours = [verdict(sample) for sample in samples]
    seen = Counter(ours)
    # What is compared is worth comparing: each reason is there.
    reasons = list(Refusal)[: list(Refusal).index(Refusal.SIGNATURE_MISMATCH) + 1]
    assert set(seen) == {"ok", *reasons}
    assert seen["ok"] >= 50
    theirs = client_verdicts(language, samples, tmp_path)
    differing = [
        (sample, our, their)
        for sample, our, their in zip(samples, ours, theirs, strict=True)
        if our != their
    ]
    assert differing == []


def test_node_judges_what_is_neither_text_nor_bytes() -> None:
    interpreter = shutil.which("node")
    if interpreter is None:
        pytest.skip("node is not installed: its verifier was not tried")
    script = f"""
        import {{ verifyJob, verifyReceipt }} from "{CLIENTS["node"].parent.parent}/lib/index.js";
        const key = "{PUBKEY}";
        const given = [[null, key], [{{}}, key], ["{{}}", undefined], ["{{}}", []], ["{{}}", key]];
        for (const one of given) {{
          console.log((await verifyReceipt(...one)).refusal);
          console.log((await verifyJob(...one)).refusal);
        }}
    """
    command = [interpreter, "--input-type=module", "-e", script]
    told = subprocess.run(command, capture_output=True, text=True).stdout.split()
    keys = ["malformed", "malformed", *["pinned_key_invalid"] * 2, "malformed"]
    assert told[::2] == keys
    assert set(told[1::2]) == {"result_malformed"}


def test_space_between_members_is_json_and_their_order_is_free() -> None:
    members = dict(reversed(json.loads(GENUINE).items()))
    assert verdict(Sample(json.dumps(members, indent=2).encode() + b"\r\n\t ", PUBKEY)) == "ok"


def test_a_receipt_of_4096_bytes_is_the_longest() -> None:
    longest = GENUINE.ljust(4096).encode()
    assert verdict(Sample(longest, PUBKEY)) == "ok"
    assert verdict(Sample(longest + b" ", PUBKEY)) == "too_large"


def test_a_python_that_converts_few_digits_refuses_many() -> None:
    content = GENUINE.replace(":233,", f":{'9' * 3000},").encode()
    usual = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert verdict(Sample(content, PUBKEY)) == "wall_time_ms_invalid"
    finally:
        sys.set_int_max_str_digits(usual)


def test_every_refusal_is_explained_and_documented() -> None:
    assert all(refusal.explanation for refusal in Refusal)
    guide = (DATA.parent.parent.parent / "docs/receipts.md").read_text()
    documented = [line.split("`")[1] for line in guide.splitlines() if line.startswith("| `")]
    assert [name for name in documented if name in set(Refusal)] == list(Refusal)
