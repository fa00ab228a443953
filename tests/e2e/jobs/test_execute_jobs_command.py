"""`edge-signer execute-jobs` as a person uses it, and the files that it writes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import ROOT
from tests.jobs.guests import wasi
from tests.system.command import edge_signer
from tests.system.running import Running

HELLO = (ROOT / "examples/hello.wasm").read_bytes()


def test_the_jobs_of_a_file_are_run_verified_and_kept(system: Running, tmp_path: Path) -> None:
    state = Path(system.state.anchors).parent
    (tmp_path / "hello.wasm").write_bytes(HELLO)
    (tmp_path / "trap.wasm").write_bytes(wasi("unreachable"))
    jobs = [
        {"module": "hello.wasm", "args": ["Hello"]},
        {"module": "hello.wasm", "args": ["World"], "job_id": "world"},
        {"module": "trap.wasm"},
    ]
    file = tmp_path / "jobs.jsonl"
    file.write_text("\n".join(map(json.dumps, jobs)) + "\n")
    command = ("execute-jobs", "--batch-id", "batch-kept", "--keep", tmp_path / "kept", file)
    ran = edge_signer(state, *command)
    assert ran.returncode == 1, ran
    rows = [line.split() for line in ran.stdout.splitlines()]
    assert rows[:4] == [
        *(["job-1", "ok,", "exit", "code", "0"], ["olleH"]),
        *(["world", "ok,", "exit", "code", "0"], ["dlroW"]),
    ]
    assert rows[4][:5] == ["job-3", "trap,", "exit", "code", "132:"]

    answer, request = tmp_path / "kept/answer.json", tmp_path / "kept/request.json"
    key = ("--pubkey", system.state.receipt_public_key)
    verified = edge_signer(state, "verify-attestation", answer, *key, "--request", request)
    assert (verified.returncode, "Verified" in verified.stdout) == (0, True), verified
    members = json.loads(answer.read_text())
    one = tmp_path / "one.json"
    one.write_text(json.dumps(members["results"][1]))
    told = json.loads(edge_signer(state, "verify-attestation", one, *key, "--json").stdout)
    (job,) = told["jobs"]
    assert (told["verified"], job["job_id"], job["jobs_in_batch"]) == (True, "world", 3)
    members["results"][1]["stdout"] = "[/]"
    members["results"][0]["job_id"] = "[/x]"
    answer.write_text(json.dumps(members))
    refused = edge_signer(state, "verify-attestation", answer, *key)
    assert refused.returncode == 1
    assert "stdout_mismatch" in refused.stdout
    assert "job_id_mismatch" in refused.stdout
