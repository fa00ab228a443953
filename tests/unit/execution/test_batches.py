"""Batches signed once: what each proof shows, what is refused, and that three languages agree."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.execution.receipts.batch_answer import JobNotRun, prove_batch
from edge_signer.execution.receipts.batch_verifier import verify_batch, verify_batched_job
from edge_signer.execution.receipts.refusals import Refusal
from tests.jobs.batch_mutations import mutated_sample, wrongly_taken
from tests.jobs.batch_vectors import FILE
from tests.jobs.batches import (
    ANSWER,
    BATCH_ID,
    RAN,
    RESULTS,
    SERVICE,
    BatchedSample,
    BatchSample,
    client_verdicts,
    encoded,
    outcome,
    verdict,
)
from tests.jobs.receipts import CLIENTS, PUBKEY, SoftwareReceiptSigner, judged_file

CASES: list[dict[str, Any]] = json.loads(FILE.read_text())["cases"]
# Nothing of a receipt's own form, or of an envelope, is in a batch.
NOT_OF_BATCHES = {
    *list(Refusal)[1 : list(Refusal).index(Refusal.RESULT_MALFORMED)],
    *(one for one in Refusal if one.startswith("envelope_")),
}


class CountingSigner(SoftwareReceiptSigner):
    """Counts its signatures."""

    signatures = 0

    def sign(self, *asked: Any) -> bytes:
        self.signatures += 1
        return super().sign(*asked)


def test_each_vector_gets_its_verdict() -> None:
    judged = {}
    for case in CASES:
        kind = BatchedSample if "batched_json" in case else BatchSample
        answer = case.get("batched_json") or case["batch_json"]
        request = case["request_json"].encode() if "request_json" in case else None
        judged[case["id"]] = verdict(kind(answer.encode(), case["pinned_pubkey"], request))
    assert judged == {case["id"]: case["verdict"] for case in CASES}


@pytest.mark.parametrize("language", CLIENTS)
def test_each_vector_gets_the_same_verdict_in_another_language(language: str) -> None:
    interpreter = shutil.which(language)
    if interpreter is None:
        pytest.skip(f"{language} is not installed: its verifier was not tried")
    ids = [case["id"] for case in CASES]
    assert judged_file(interpreter, language, FILE, ids) == [case["verdict"] for case in CASES]


@pytest.mark.parametrize("size", [1, 2, 3, 64, 100])
def test_one_signature_proves_every_job_of_a_batch(size: int) -> None:
    signer = CountingSigner()
    ran = [outcome(number % 250) for number in range(size)]
    answer = prove_batch(signer, SERVICE, BATCH_ID, ran)
    assert signer.signatures == 1
    judged = verify_batch(answer.to_json(), PUBKEY)
    assert (judged.first_refusal, len(judged.jobs)) == (None, size)
    # The same outcomes again: the same bytes.
    assert prove_batch(signer, SERVICE, BATCH_ID, ran).to_json() == answer.to_json()


def test_a_batch_of_which_no_job_ran_is_not_signed() -> None:
    signer = CountingSigner()
    late = [JobNotRun("job-1", "late"), JobNotRun("job-2", "late")]
    answer = prove_batch(signer, SERVICE, BATCH_ID, late)
    assert signer.signatures == 0
    judged = verify_batch(answer.to_json(), PUBKEY)
    assert [one.refusal for one in judged.jobs.values()] == ["not_run", "not_run"]
    assert judged.first_refusal == "not_run"


def test_a_verdict_says_what_was_proved() -> None:
    judged = verify_batched_job(encoded(RESULTS[1]).decode(), PUBKEY)
    assert judged.checkpoint is not None
    assert judged.receipt == RAN[1].receipt()
    assert judged.statement == RAN[1].statement()
    signed = judged.checkpoint
    assert (signed.service, signed.batch_id, signed.size) == (SERVICE, BATCH_ID, len(RAN))
    # The log's name ends in the root, so it never has two checkpoints.
    assert signed.origin == f"{SERVICE}/batches/{BATCH_ID}/{signed.root.hex()}"
    assert verify_batch(ANSWER.to_json(), PUBKEY).first_refusal == "not_run"


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_no_mutation_is_taken_unless_it_says_what_was_signed(random: Random) -> None:
    sample = mutated_sample(random)
    assert not wrongly_taken(sample, verdict(sample))


@given(st.binary(max_size=3000), st.text(max_size=80))
def test_any_bytes_and_any_key_get_a_verdict(content: bytes, key: str) -> None:
    assert verify_batched_job(content, key).refusal is not None
    assert verify_batch(content, PUBKEY, content).refusal is not None


@pytest.mark.parametrize("language", CLIENTS)
def test_other_languages_agree_on_mutations(language: str, tmp_path: Path) -> None:
    random = Random(20261128)
    samples = [mutated_sample(random) for _ in range(600)]
    ours = [verdict(sample) for sample in samples]
    theirs = client_verdicts(language, samples, tmp_path)
    differing = [one for one in zip(samples, ours, theirs, strict=True) if one[1] != one[2]]
    assert differing == []


def test_the_vectors_try_every_reason() -> None:
    seen = {reason for case in CASES for reason in case["verdict"].split(",")} - {"ok"}
    assert seen == set(Refusal) - NOT_OF_BATCHES
