"""Runs about the workers: they are killed, or one of them has to do everything."""

from __future__ import annotations

import random
import threading
from contextlib import suppress

from measure.load.attempts import Attempt
from measure.load.findings import Findings
from measure.load.rig import SIGN, SIGN_AT_HOME, Rig
from measure.load.verdicts import key_of, versions
from tests.system.processes import memory_mb
from tests.system.waiting import NeverHappenedError, wait_for

# A key is in flight for 28 s after each death of its worker, and some workers die twice.
_GIVE_UP_S = 240.0
_WARM_UP = 1_000


def workers_are_killed(rig: Rig, findings: Findings) -> None:
    """Workers of all functions are killed at random; clients send again under the same key."""
    # The delay keeps several workers busy, so that most that are killed have a request in hand.
    rig.faults({**SIGN_AT_HOME, "status": 503, "probability": 0.2}, {**SIGN, "delay_ms": 250})
    over, killed = threading.Event(), [0]
    tries: dict[int, int] = {}

    def kill() -> None:
        while not over.wait(random.uniform(0.5, 2.5)):
            workers = rig.workers()
            killed[0] += bool(workers) and rig.kill(random.choice(workers))

    def send(number: int, due_s: float) -> Attempt:
        key = {"Idempotency-Key": f"load-{number}"}
        seen: list[Attempt] = []

        def is_signed() -> bool:
            seen.append(rig.load.send(number, due_s, key))
            return seen[-1].status == 200

        with suppress(NeverHappenedError):
            wait_for(is_signed, _GIVE_UP_S, every_s=random.uniform(0.5, 1.5))
        tries[number] = len(seen)
        return seen[-1]

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        answered = rig.at_rate("workers are killed", 12, rig.scaled(2_000), send)
    finally:
        over.set()
        killer.join()
    rig.faults()
    findings.phase("workers are killed", answered)
    findings.figures |= {
        "workers killed": killed[0],
        "requests sent again": sum(count > 1 for count in tries.values()),
        "most tries of one": max(tries.values()),
    }
    findings.claim_answered("all are answered 200 in the end", answered, 1)
    again = [one for one in answered if tries[one.number] > 1]
    differing = [one.number for one in again if not _is_replayed(rig, one)]
    findings.claim_none("each key that was sent again has one answer", differing)
    kept = versions(rig.state)
    extra = {key_of(one): kept.get(key_of(one), 0) for one in answered}
    findings.claim_none("none is missing", [key for key, count in extra.items() if not count])
    findings.figures["manifests with a second version"] = sum(one > 1 for one in extra.values())
    rig.judge(findings)


def memory_stays(rig: Rig, findings: Findings) -> None:
    """One worker serves 20,000 requests of several kinds, one after another."""
    count = rig.scaled(20_000)
    samples: list[float] = []
    seen: list[Attempt] = []
    workers: set[int] = set()
    rig.shows("one worker", _WARM_UP + count)
    for at in range(_WARM_UP + count + 1):
        seen.append(_one_of_several_kinds(rig))
        if at >= _WARM_UP and (at - _WARM_UP) % 100 == 0:
            (worker,) = rig.workers()
            workers.add(worker)
            samples.append(memory_mb(worker, "VmRSS"))
    findings.phase("one worker", seen)
    strange = [
        one.outcome for one in seen if one.status != (400 if _is_broken(one.number) else 200)
    ]
    findings.claim_none("all are answered as they should be", strange)
    findings.claim("by one worker", len(workers) == 1, f"{len(workers)}")
    grown = samples[-1] / samples[0] - 1
    findings.figures["resident MB every 2,000 requests"] = [round(one, 1) for one in samples[::20]]
    text = "resident memory grows by less than 5 %"
    findings.claim(text, grown < 0.05, f"{samples[0]:.1f} to {samples[-1]:.1f} MB, {grown:+.2%}")


def _one_of_several_kinds(rig: Rig) -> Attempt:
    number = rig.load.number()
    keyed = {"Idempotency-Key": f"load-{number}"} if number % 10 == 0 else None
    if _is_broken(number):
        return rig.load.send(number, changes={"policy_id": ["none"]})
    return rig.load.send(number, headers=keyed, changes={"tsa": number % 50 == 2})


def _is_broken(number: int) -> bool:
    return number % 10 == 1


def _is_replayed(rig: Rig, first: Attempt) -> bool:
    """Tell whether the same request again gets the same answer once more."""
    again = rig.load.send(first.number, headers={"Idempotency-Key": f"load-{first.number}"})
    return (
        again.status == 200
        and again.headers.get("idempotency-replayed") == "true"
        and again.content == first.content
        and again.headers["x-manifest-version"] == first.headers["x-manifest-version"]
    )
