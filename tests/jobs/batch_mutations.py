"""Answers to batches gone wrong: bytes, members, proofs, checkpoints, trees, requests and keys."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.jobs.batches import (
    ANSWER,
    REQUEST,
    RESULTS,
    SIGNED,
    BatchedSample,
    BatchSample,
    encoded,
    proved_with,
)
from tests.jobs.proof_mutations import OF_PROOFS, RAN, STATEMENTS, cut, flip, insert
from tests.jobs.receipts import PUBKEY, VECTORS

_TOKENS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.0,
    2**53,
    10**30,
    "",
    "\ud800",
    "not_run",
    "ok",
    [],
    {},
    [[]],
    {"sha256": ""},
)
# Mutations have the attacker sign the same, too.
_SIGNERS = (PUBKEY, VECTORS["attacker_pubkey"])
_PINS = (VECTORS["attacker_pubkey"], PUBKEY.upper(), PUBKEY + "\n", "", "01" + "00" * 31)

Members = dict[str, Any]


def mutated_sample(random: Random) -> BatchedSample | BatchSample:
    """Give the answer to one job or to the batch after one to three mutations."""
    return mutated(random) if random.random() < 0.85 else mutated_batch(random)


def mutated(random: Random) -> BatchedSample:
    """Give the answer to one job after one to three mutations."""
    members: Members = dict(random.choice(RESULTS if random.random() < 0.05 else RAN))
    request = json.loads(json.dumps(REQUEST))
    pin = PUBKEY
    for _ in range(random.randint(1, 3)):
        chance = random.random()
        if chance < 0.45 and isinstance(members.get("proof"), str):
            members["proof"] = random.choice(OF_PROOFS)(random, members["proof"])
        elif chance < 0.6 and isinstance(members.get("statement"), str):
            random.choice(_OF_STATEMENTS)(random, members)
        elif chance < 0.8:
            random.choice(_OF_MEMBERS)(random, members)
        elif chance < 0.95:
            _change_request(random, request)
        else:
            pin = random.choice(_PINS)
    answer = encoded(members)
    if random.random() < 0.25:
        answer = _damaged(random, answer)
    asked = random.choice((None, request, request, _one_of(random, request)))
    content = None if asked is None else encoded(asked)
    if content is not None and random.random() < 0.1:
        content = _damaged(random, content)
    return BatchedSample(answer, pin, content)


def mutated_batch(random: Random) -> BatchSample:
    """Give the answer to a whole batch after a mutation of it or of its request."""
    document, request = json.loads(ANSWER.to_json()), json.loads(json.dumps(REQUEST))
    _change_batch(random, random.choice((document, request)))
    content = encoded(document)
    if random.random() < 0.3:
        content = _damaged(random, content)
    return BatchSample(content, PUBKEY, random.choice((None, encoded(request))))


def wrongly_taken(sample: BatchedSample | BatchSample, verdict: str) -> bool:
    """Tell whether a verdict takes an answer that the signer did not give to this request."""
    if isinstance(sample, BatchedSample):
        return verdict == "ok" and not _says_what_was_signed(sample)
    document = json.loads(sample.answer) if "ok" in verdict.split(",") else {"results": []}
    verdicts = zip(document["results"], verdict.split(","), strict=False)
    return any(
        wrongly_taken(BatchedSample(encoded(one), *sample[1:]), judged) for one, judged in verdicts
    )


def _says_what_was_signed(sample: BatchedSample) -> bool:
    """Tell, as Python reads JSON, whether an answer is one that the signer gave to this request."""
    members = json.loads(sample.answer)
    genuine = SIGNED.get(members["statement"])
    if genuine is None or sample.pinned_pubkey not in _SIGNERS:
        return False
    read = genuine.keys() - {"proof", "limits", "detail", "fuel_used", "compile_time_ms"} | {
        "guest_exit_code"
    }
    return (
        all(members.get(name) == genuine.get(name) for name in read)
        and all(
            members.get(name) in (None, genuine.get(name))
            # A release that did not name itself signed neither of the last two.
            for name in {"limits", "fuel_used", "compile_time_ms"} & genuine.keys()
        )
        and type(members["exit_code"]) is int
        and (sample.request is None or _asks_for(json.loads(sample.request), genuine["job_id"]))
    )


def _asks_for(request: Members, job_id: str) -> bool:
    names = {job_id} if "jobs" in request else {job_id, None}
    found = [_read(one) for one in request.get("jobs", [request]) if one.get("job_id") in names]
    genuine = [_read(one) for one in REQUEST["jobs"] if one["job_id"] == job_id]
    is_of_batch = "jobs" not in request or request["batch_id"] == REQUEST["batch_id"]
    return found == genuine and is_of_batch


def _read(job: Members) -> Members:
    return {name: job.get(name) for name in ("module_hash", "args", "stdin")} | {
        "env": job.get("env", {})
    }


def _other_statement(random: Random, members: Members) -> None:
    members["statement"] = random.choice(STATEMENTS)


def _signed_statement(random: Random, members: Members) -> None:
    """A statement that the key signed in a tree, but that no signer writes."""
    genuine = members["statement"]
    statement = random.choice(
        (
            genuine + " ",
            genuine.replace(":", ": ", 1),
            genuine.replace("MC4x", "MC4y"),
            genuine.replace('"content":"', '"content":"='),
            genuine.replace('"exitCode":', '"exitCode":1'),
            genuine.replace("wasi-preview1", "wasi-preview2"),
            "",
            "{}",
            "[" * 600,
        )
    )
    members["statement"] = statement
    members["proof"] = proved_with([statement.encode("utf-8", "replace")])


def _text(change: Callable[[Random, str], str]) -> Callable[[Random, Members], None]:
    def mutate(random: Random, members: Members) -> None:
        members["statement"] = change(random, members["statement"])

    return mutate


def _token(random: Random) -> Any:
    """A value of any kind, which no other mutation shares."""
    return copy.deepcopy(random.choice(_TOKENS))


def _set_member(random: Random, members: Members) -> None:
    members[random.choice([*members, "guest_exit_code", "stdout_base64"])] = _token(random)


def _take_member(random: Random, members: Members) -> None:
    name = random.choice([*members])
    members[name] = random.choice(RAN).get(name)


def _drop_member(random: Random, members: Members) -> None:
    if members:
        members.pop(random.choice([*members]))


def _change_request(random: Random, request: Members) -> None:
    jobs = request.get("jobs")
    if random.random() < 0.3 or not isinstance(jobs, list) or not jobs:
        name = random.choice(("batch_id", "jobs"))
        request[name] = random.choice((_token(random), "another-batch", jobs, [jobs, 1]))
    else:
        at = random.randrange(len(jobs))
        if not isinstance(jobs[at], dict) or random.random() < 0.3:
            jobs[at] = random.choice((None, {}, jobs[0]))
        else:
            name = random.choice((*jobs[at], "env", "wasm_bytes", "stdin_base64"))
            jobs[at][name] = random.choice(
                (_token(random), _token(random), ["x"], "AGFzbQ==", {"A": "1"})
            )


def _one_of(random: Random, request: Members) -> Any:
    jobs = request.get("jobs")
    return random.choice(jobs) if isinstance(jobs, list) and jobs else request


def _change_batch(random: Random, document: Members) -> None:
    name = "results" if "results" in document else "jobs"
    items = document[name]
    chosen = random.randrange(6)
    if chosen == 0:
        random.shuffle(items)
    elif chosen == 1:
        items.append(random.choice(items))
    elif chosen == 2:
        items.pop(random.randrange(len(items)))
    elif chosen == 3:
        items[random.randrange(len(items))] = _token(random)
    elif chosen == 4:
        document[random.choice(("batch_id", name))] = random.choice(
            (_token(random), "another-batch")
        )
    else:
        items[random.randrange(len(items))] |= {random.choice([*items[0]]): _token(random)}


def _damaged(random: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    at = random.randrange(len(changed))
    if random.random() < 0.7:
        changed[at] ^= 1 << random.randrange(8)
    else:
        changed[at:at] = random.choice((b"\xff", b"\x00", b" ", b"\xef\xbb\xbf", b'"', b",", b"9"))
    return bytes(changed)


_OF_STATEMENTS: tuple[Callable[[Random, Members], None], ...] = (
    *(_other_statement, _signed_statement, _signed_statement),
    *map(_text, (flip, cut, insert)),
)
_OF_MEMBERS = (_set_member, _take_member, _drop_member)
