"""An engine that is missing is skipped aloud; one that finds other than it must fails the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from measure.engines import newer
from measure.engines.__main__ import main
from measure.engines.engines import ENGINES, Engine, Finding, in_node, inside_png
from measure.engines.samples import Sample, samples
from tests.judges.borrowed import Missing
from tests.judges.engines import c2pa_rs

SCRIPT = """
import { createInterface } from "node:readline";
console.log(JSON.stringify({ version: "0" }));
for await (const line of createInterface({ input: process.stdin })) console.log(`%s`);
"""


@pytest.mark.parametrize(
    ("state", "failures"), [("Trusted", ()), ("Invalid", ("claim.missing",)), ("Trusted", ("odd",))]
)
def test_an_engine_that_says_the_same_of_all_disagrees(
    state: str, failures: tuple[str, ...]
) -> None:
    def judge(judged: Sequence[Sample]) -> tuple[str, list[Finding]]:
        return "0", [Finding(state, failures) for _ in judged]

    assert main([Engine("stubborn", judge)])


def test_an_engine_that_this_machine_lacks_is_skipped_aloud(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def judge(_: Sequence[Sample]) -> tuple[str, list[Finding]]:
        raise Missing("no node here")

    assert not main([Engine("absent", judge)])
    assert "skipped: no node here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("failures", "successes", "expected"),
    [
        ('["assertion.dataHash.mismatch"]', '["signingCredential.trusted"]', "Trusted"),
        ('["assertion.dataHash.mismatch"]', "[]", "Invalid"),
        ('["assertion.dataHash.mismatch", "signingCredential.untrusted"]', "[]", "Valid"),
        ('["assertion.dataHash.mismatch", "claim.missing"]', "[]", "Invalid"),
        ("[]", '["signingCredential.trusted"]', "Unreadable"),
    ],
)
def test_only_the_failure_of_a_misplaced_store_is_set_aside(
    failures: str, successes: str, expected: str, tmp_path: Path
) -> None:
    script = tmp_path / "engine.mjs"
    verdict = f'{{"state": "Invalid", "failures": {failures}, "successes": {successes}}}'
    script.write_text(SCRIPT % verdict)
    judge = in_node(script, prepare=lambda: None, wants_store_inside=True)
    try:
        _, (finding,) = judge([next(samples())])
    except Missing as missing:
        pytest.skip(str(missing))
    assert finding.state == expected


def test_a_store_inside_a_png_is_found_by_c2pa_rs() -> None:
    sample = next(samples())
    hosted = inside_png(sample.manifest_store)
    verdict = c2pa_rs(hosted, "image/png", sample.manifest_store, sample.anchors_pem)
    assert verdict.failures == ["assertion.dataHash.mismatch"]


def test_every_engine_judges_acceptance_and_refusal() -> None:
    everything = list(samples())
    for engine in ENGINES:
        judged = [one.expected for one in everything if not engine.cannot_judge(one)]
        assert {"Trusted", "Invalid"} <= set(judged), engine.name


def test_a_newer_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert not newer.main({"engine": ("1.0", lambda _: "1.0")})
    assert newer.main({"engine": ("1.0", lambda _: "1.1")})
    assert "1.1" in capsys.readouterr().out


def test_a_changed_signature_is_what_an_engine_refuses() -> None:
    sample = next(samples())
    store = sample.manifest_store[:-1] + bytes([sample.manifest_store[-1] ^ 1])
    refused = replace(sample, manifest_store=store, expected="Invalid")
    (engine, *_) = ENGINES
    _, (finding,) = engine.judge([refused])
    assert finding.state == "Invalid"
