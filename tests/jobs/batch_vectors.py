"""The shared vectors of batches: `python -m tests.jobs.batch_vectors` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from edge_signer.execution.receipts.merkle import leaf_hash
from tests.jobs.batches import (
    ANSWER,
    ATTACKER,
    BATCH_ID,
    LATE,
    RAN,
    REQUEST,
    RESULTS,
    BatchedSample,
    BatchSample,
    encoded,
    job_request,
    proved_with,
)
from tests.jobs.receipts import DATA, PUBKEY, VECTORS

FILE = DATA / "batches.json"
_FIRST = RESULTS[0]
_STATEMENTS = [one["statement"].encode() for one in RESULTS if "statement" in one]
_LINES = _FIRST["proof"].split("\n")
_OTHER_REQUESTS: dict[str, dict[str, Any]] = {
    "args": {"args": ["1"]},
    "stdin": {"stdin": "1"},
    "env": {"env": {"N": "0"}},
    "module": {"module_hash": f"sha256:{'94' * 32}"},
    "two_modules": {"wasm_bytes": "AGFzbQ=="},
}
_SWAPPED = {
    "stdout": "1\n",
    "stderr": "x",
    "status": "trap",
    "exit_code": 1,
    "limits": {},
    "guest_exit_code": 256,
    "fuel_used": 1,
    "compile_time_ms": 6,
}


def _lines(**changed: str) -> str:
    """The first proof with some lines changed, by name."""
    places = {"head": 0, "index": 1, "hash": 2, "origin": 6, "size": 7, "root": 8, "note": 10}
    lines = [*_LINES]
    for name, line in changed.items():
        lines[places[name]] = line
    return "\n".join(lines)


def _proofs() -> Iterator[tuple[str, str, str]]:
    """Proofs that go with the first statement, and why they are refused."""
    origin, signed = _LINES[6], _LINES[10].rpartition(" ")[2]
    yield "proof_empty", "", "proof_malformed"
    yield "proof_extra_line", _lines(index="extra AAAA\nindex 0"), "proof_malformed"
    yield "proof_other_version", _lines(head="c2sp.org/tlog-proof@v2"), "proof_malformed"
    yield "proof_crlf", _FIRST["proof"].replace("\n", "\r\n"), "proof_malformed"
    yield "index_with_zero", _lines(index="index 00"), "proof_malformed"
    yield "index_with_sign", _lines(index="index +0"), "proof_malformed"
    yield "hash_not_canonical", _lines(hash=_LINES[2][:-2] + "B="), "proof_malformed"
    yield "index_of_another", _lines(index="index 1"), "inclusion_mismatch"
    yield "index_beyond_tree", _lines(index="index 5"), "inclusion_mismatch"
    yield "path_too_short", "\n".join([*_LINES[:4], *_LINES[5:]]), "inclusion_mismatch"
    yield "path_too_long", _lines(hash=f"{_LINES[2]}\n{_LINES[2]}"), "inclusion_mismatch"
    yield "proof_of_another_job", RESULTS[1]["proof"], "inclusion_mismatch"
    nodes = leaf_hash(_STATEMENTS[0]) + leaf_hash(_STATEMENTS[1])
    yield "signed_but_not_in_tree", proved_with([nodes, *_STATEMENTS[1:]]), "inclusion_mismatch"
    yield "signed_size_too_large", proved_with(_STATEMENTS, size=9), "inclusion_mismatch"
    yield "note_cut", _FIRST["proof"][:-1], "checkpoint_malformed"
    yield "note_longer", _FIRST["proof"] + "\n", "checkpoint_malformed"
    yield "note_signed_twice", f"{_FIRST['proof']}{_LINES[10]}\n", "checkpoint_malformed"
    yield "note_with_hyphen", _lines(note=f"- {origin} {signed}"), "checkpoint_malformed"
    yield "origin_with_another_root", _lines(origin=origin[:-1] + "_"), "checkpoint_malformed"
    yield "origin_with_space", _lines(origin=f"{origin} "), "checkpoint_malformed"
    yield "size_zero", _lines(size="0"), "checkpoint_malformed"
    yield "root_of_another_tree", _lines(root=_LINES[2]), "checkpoint_malformed"
    yield (
        "name_of_another_log",
        _lines(note=f"\u2014 x{origin} {signed}"),
        "checkpoint_key_not_pinned",
    )
    attacker = proved_with(_STATEMENTS, signer=ATTACKER)
    yield "signed_by_another_key", attacker, "checkpoint_key_not_pinned"
    changed = f"{signed[:7]}{'B' if signed[7] == 'A' else 'A'}{signed[8:]}"
    note = f"\u2014 {origin} {changed}"
    yield "signature_changed", _lines(note=note), "checkpoint_signature_mismatch"
    yield "size_changed", _lines(size="6"), "checkpoint_signature_mismatch"
    high = _lines(note=f"\u2014 {origin} {signed[:-3]}/8=")
    yield "scalar_too_large", high, "checkpoint_signature_not_canonical"
    yield "another_tree_of_the_same_jobs", proved_with(_STATEMENTS[:1]), "ok"


def _statements() -> Iterator[tuple[str, str, str]]:
    """Statements that the key signed, each as the only leaf of a tree, and why they are refused."""
    genuine = _FIRST["statement"]
    yield "statement_empty", "", "statement_malformed"
    yield "statement_with_space", f"{genuine} ", "statement_malformed"
    yield (
        "statement_of_another_type",
        genuine.replace("preview1", "preview2"),
        "statement_malformed",
    )
    yield "receipt_text_is_none", genuine.replace("MC4x", "MC4y"), "statement_malformed"
    digest = RAN[0].receipt().digest().hex()
    yield "receipt_digest_of_another", genuine.replace(digest, "0" * 64), "receipt_mismatch"
    changed = genuine.replace('"exitCode":0', '"exitCode":1')
    yield "exit_codes_differ", changed, "exit_code_mismatch"


def cases() -> Iterator[tuple[str, BatchedSample | BatchSample, str]]:
    """Give each case with its name and its verdict."""
    request = encoded(REQUEST)
    names = [one["job_id"] for one in RESULTS]
    for name, result in zip(names[2:4], RESULTS[2:4], strict=True):
        expected = "not_run" if name == LATE.job_id else "ok"
        yield f"genuine_{name}", BatchedSample(encoded(result)), expected
        yield f"answers_request_{name}", BatchedSample(encoded(result), PUBKEY, request), expected
    first = encoded(_FIRST)
    yield "answers_one_request", BatchedSample(first, PUBKEY, encoded(job_request(0))), "ok"
    for name, proof, refusal in _proofs():
        yield name, BatchedSample(encoded({**_FIRST, "proof": proof})), refusal
    for name, statement, refusal in _statements():
        proof = proved_with([statement.encode()])
        sample = BatchedSample(encoded({**_FIRST, "statement": statement, "proof": proof}))
        yield name, sample, refusal
    for name, value in _SWAPPED.items():
        yield f"{name}_swapped", BatchedSample(encoded({**_FIRST, name: value})), f"{name}_mismatch"
    other = {**_FIRST, "statement": RESULTS[1]["statement"]}
    yield "statement_of_another_job", BatchedSample(encoded(other)), "inclusion_mismatch"
    whole = {**other, "proof": RESULTS[1]["proof"]}
    yield "proved_for_another_job", BatchedSample(encoded(whole)), "job_id_mismatch"
    for name, change in _OTHER_REQUESTS.items():
        refusal = "request_malformed" if name == "two_modules" else f"{name}_mismatch"
        refusal = refusal.replace("module_m", "module_hash_m")
        asked = encoded({**job_request(0), **change})
        yield f"another_request_{name}", BatchedSample(first, PUBKEY, asked), refusal
    asked = encoded({**REQUEST, "batch_id": "another"})
    yield "request_for_another_batch", BatchedSample(first, PUBKEY, asked), "batch_id_mismatch"
    asked = encoded({**REQUEST, "jobs": REQUEST["jobs"][1:]})
    yield "request_without_the_job", BatchedSample(first, PUBKEY, asked), "job_id_mismatch"
    yield (
        "another_pin",
        BatchedSample(first, VECTORS["attacker_pubkey"]),
        "checkpoint_key_not_pinned",
    )
    yield "no_pin", BatchedSample(first, PUBKEY.upper()), "pinned_key_invalid"
    unproved = {name: value for name, value in _FIRST.items() if name != "proof"}
    yield "no_proof", BatchedSample(encoded(unproved)), "result_malformed"
    yield (
        "not_run_with_proof",
        BatchedSample(encoded({**_FIRST, "status": "not_run"})),
        "status_mismatch",
    )
    yield from _wholes()


def _wholes() -> Iterator[tuple[str, BatchSample, str]]:
    answer, request = ANSWER.to_json(), encoded(REQUEST)
    document = json.loads(answer)
    each = "ok,ok,ok,not_run,ok,ok"
    yield "batch", BatchSample(answer), each
    yield "batch_answers_request", BatchSample(answer, PUBKEY, request), each
    twice = {**document, "results": [*RESULTS, _FIRST]}
    yield "batch_with_a_job_twice", BatchSample(encoded(twice)), "result_malformed"
    short = encoded({**document, "results": RESULTS[1:]})
    yield "batch_without_a_job", BatchSample(short, PUBKEY, request), "job_id_mismatch"
    renamed = {**document, "batch_id": f"{BATCH_ID}x"}
    mismatches = ",".join(
        "not_run" if one == "not_run" else "batch_id_mismatch" for one in each.split(",")
    )
    yield "batch_renamed", BatchSample(encoded(renamed)), mismatches
    yield (
        "batch_of_another_name",
        BatchSample(encoded(renamed), PUBKEY, request),
        "batch_id_mismatch",
    )
    one = encoded(job_request(0))
    yield "batch_answers_no_single_job", BatchSample(answer, PUBKEY, one), "request_malformed"


def _document() -> dict[str, Any]:
    listed = []
    for id_, sample, verdict in cases():
        kind = "batched_json" if isinstance(sample, BatchedSample) else "batch_json"
        request = {} if sample.request is None else {"request_json": sample.request.decode()}
        case = {"id": id_, "pinned_pubkey": sample.pinned_pubkey, kind: sample.answer.decode()}
        listed.append({**case, **request, "verdict": verdict})
    return {"pubkey": PUBKEY, "seed": VECTORS["seed"], "cases": listed}


if __name__ == "__main__":
    FILE.write_text(json.dumps(_document(), indent=1) + "\n")
