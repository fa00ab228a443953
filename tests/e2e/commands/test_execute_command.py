"""`edge-signer execute-job` as a person uses it, and the receipts that it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import Faults, calls
from tests.jobs.guests import wasi
from tests.jobs.receipts import CLIENTS, PUBKEY, Sample, SampleAnswer, client_verdicts
from tests.system.command import edge_signer
from tests.system.running import Running

HELLO = ROOT / "examples/hello.wasm"
PRINTED = "!dlroW ,olleH\n"


@pytest.fixture
def kept(state: Path, tmp_path: Path) -> Path:
    """What the command kept of a job of the running system."""
    ran = edge_signer(state, "execute-job", "--keep", tmp_path / "kept", HELLO, "Hello, World!")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, PRINTED, "")
    return tmp_path / "kept"


def test_what_the_module_wrote_is_printed_and_no_more(state: Path) -> None:
    ran = edge_signer(state, "execute-job", HELLO, "Hello, World!")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, PRINTED, "")
    # Options end where the module stands.
    assert edge_signer(state, "execute-job", HELLO, "--json").stdout == "nosj--\n"


def test_in_json_the_receipt_is_an_object(state: Path) -> None:
    ran = edge_signer(state, "execute-job", "--json", "--job-id", "job-json", HELLO, "x")
    result = json.loads(ran.stdout)
    assert (result["exit_code"], result["job_id"], result["status"]) == (0, "job-json", "ok")
    assert result["receipt"].keys() == {
        *("version", "module_hash", "exit_code", "wall_time_ms", "timestamp"),
        *("node_pubkey", "signature"),
    }
    again = edge_signer(state, "execute-job", "--json", "--job-id", "job-json", HELLO, "x")
    assert json.loads(again.stdout) == result


def test_the_command_ends_as_the_module_did(state: Path, tmp_path: Path) -> None:
    module = tmp_path / "module.wasm"
    module.write_bytes(wasi("(call $proc_exit (i32.const 7))", "proc_exit i32"))
    assert edge_signer(state, "execute-job", module).returncode == 7
    module.write_bytes(wasi("unreachable"))
    trapped = edge_signer(state, "execute-job", module)
    assert trapped.returncode == 132
    assert trapped.stderr == "edge-signer: trap: unreachable\n"


def test_variables_are_passed_on(state: Path, tmp_path: Path) -> None:
    module = tmp_path / "module.wasm"
    # The length of all variables, in which each has `=` and a zero byte.
    module.write_bytes(
        wasi(
            "(drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))"
            "(call $proc_exit (i32.load (i32.const 4)))",
            "proc_exit i32",
            "environ_sizes_get i32 i32 -> i32",
        )
    )
    ran = edge_signer(state, "execute-job", "--env", "A=1", "--env", "B=x=y", module)
    assert ran.returncode == len("A=1") + 1 + len("B=x=y") + 1


@pytest.mark.parametrize("options", [("--stdin", "-"), ()], ids=["asked for", "piped in"])
def test_standard_input_is_passed_on(options: tuple[str, ...], state: Path, tmp_path: Path) -> None:
    module = tmp_path / "cat.wasm"
    module.write_bytes(
        wasi(
            """(i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 64))
            (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))""",
            "fd_read i32 i32 i32 i32 -> i32",
            "fd_write i32 i32 i32 i32 -> i32",
        )
    )
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", "execute-job", *options, module],
        cwd=ROOT,
        env={**os.environ, "EDGE_SIGNER_STATE": str(state)},
        input=b"\xff any bytes",
        capture_output=True,
    )
    assert (ran.returncode, ran.stdout) == (0, b"\xff any bytes")


def test_the_receipt_that_was_written_verifies_with_the_other_commands(
    system: Running, state: Path, kept: Path
) -> None:
    pin = ("--pubkey", system.state.receipt_public_key)
    assert edge_signer(state, "verify-receipt", kept / "receipt.json", *pin).returncode == 0
    answer = ("verify-attestation", kept / "answer.json", "--request", kept / "request.json")
    assert edge_signer(state, *answer, *pin).returncode == 0
    assert edge_signer(state, *answer, "--pubkey", PUBKEY).returncode == 1


@pytest.mark.parametrize("language", CLIENTS)
def test_the_receipt_that_was_written_verifies_in_other_languages(
    system: Running, kept: Path, tmp_path: Path, language: str
) -> None:
    receipt = (kept / "receipt.json").read_bytes()
    pinned = system.state.receipt_public_key
    samples = [
        Sample(receipt, pinned),
        Sample(receipt, PUBKEY),
        Sample(receipt.replace(b'"exit_code":0', b'"exit_code":1'), pinned),
    ]
    verdicts = client_verdicts(language, samples, tmp_path)
    assert verdicts == ["ok", "key_not_pinned", "signature_mismatch"]


@pytest.mark.parametrize("language", CLIENTS)
def test_the_answer_that_was_written_verifies_in_other_languages(
    system: Running, kept: Path, tmp_path: Path, language: str
) -> None:
    answer, request = ((kept / name).read_bytes() for name in ("answer.json", "request.json"))
    pinned = system.state.receipt_public_key
    samples = [
        SampleAnswer(answer, pinned, request),
        SampleAnswer(answer, PUBKEY, request),
        SampleAnswer(answer.replace(b"olleH", b"olleh"), pinned),
    ]
    verdicts = client_verdicts(language, samples, tmp_path)
    assert verdicts == ["ok", "key_not_pinned", "stdout_mismatch"]


@pytest.mark.parametrize(
    "fault",
    [
        {"service": "kms", "operation": "Sign", "error_code": "ThrottlingException", "times": 1},
        {
            "service": "kms",
            "operation": "Sign",
            "error_code": "KMSInternalException",
            "status": 500,
        },
        {"service": "s3", "operation": "PutObject", "status": 503, "times": 1},
    ],
    ids=["throttled", "failing", "store"],
)
def test_what_may_pass_is_asked_again_for_as_long_as_it_is_worth_it(
    system: Running, state: Path, faults: Faults, fault: dict[str, Any]
) -> None:
    faults(fault)
    before = calls(system, "kms.Sign")
    wait = () if "times" in fault else ("--wait", "1")
    ran = edge_signer(state, "execute-job", *wait, HELLO, "Hello, World!")
    if "times" in fault:
        assert (ran.returncode, ran.stdout) == (0, PRINTED)
        assert calls(system, "kms.Sign") > before
    else:
        assert (ran.returncode, ran.stdout) == (255, "")
        assert "503 KMS_UNAVAILABLE" in ran.stderr


def test_an_answer_that_the_pinned_key_does_not_vouch_for_is_not_printed(
    state: Path, tmp_path: Path
) -> None:
    options = ("--pubkey", PUBKEY, "--keep", tmp_path / "kept")
    ran = edge_signer(state, "execute-job", *options, HELLO, "Hello, World!")
    assert (ran.returncode, ran.stdout) == (255, "")
    assert "key_not_pinned" in ran.stderr
    assert not (tmp_path / "kept").exists()


def test_a_genuine_answer_to_another_request_is_not_printed(
    system: Running, state: Path, kept: Path
) -> None:
    answer = (kept / "answer.json").read_bytes()

    class Replaying(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Replaying) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        options = ("--url", url, "--token", "t", "--pubkey", system.state.receipt_public_key)
        job_id = json.loads(answer)["job_id"]
        refused = [
            edge_signer(state, "execute-job", *options, HELLO, "Hello, World!"),
            edge_signer(state, "execute-job", *options, "--job-id", job_id, HELLO, "Other words"),
        ]
        same = edge_signer(
            state, "execute-job", *options, "--job-id", job_id, HELLO, "Hello, World!"
        )
        server.shutdown()
    assert [(one.returncode, one.stdout) for one in refused] == [(255, ""), (255, "")]
    assert "job_id_mismatch" in refused[0].stderr
    assert "args_mismatch" in refused[1].stderr
    assert (same.returncode, same.stdout) == (0, PRINTED)


@pytest.mark.parametrize(
    ("options", "exit_code", "said"),
    [
        (["--url", "http://127.0.0.1:9", "--token", "t"], 2, "--url needs --pubkey"),
        (["--url", "http://127.0.0.1:9", "--pubkey", PUBKEY], 2, "--url needs --token"),
        (["--url", "127.0.0.1:9"], 2, "is not an address"),
        (
            ["--url", "http://example.com", "--token", "t", "--pubkey", PUBKEY],
            2,
            "may expose the token",
        ),
        (["--pubkey", "0" * 64], 2, "--pubkey must be 64"),
        (["--tenant", "nobody"], 2, "has no tenant nobody"),
        (["--stdin", "/nowhere/at/all"], 2, "no such file"),
        (["--env", "LANG"], 2, "--env must be NAME=VALUE"),
        (["--env", "A B=1"], 255, "400 INVALID_REQUEST: names in env"),
        (
            [
                *("--url", "http://127.0.0.1:9", "--token", "t", "--pubkey", PUBKEY),
                *("--wait", "0"),
            ],
            255,
            "cannot be reached",
        ),
        (["--token", "nobody"], 255, "401 UNAUTHENTICATED"),
        (["--job-id", "a/b"], 255, "400 INVALID_REQUEST: job_id"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    state: Path, options: list[str], exit_code: int, said: str
) -> None:
    ran = edge_signer(state, "execute-job", *options, HELLO, "Hello, World!")
    assert (ran.returncode, ran.stdout) == (exit_code, "")
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_output_is_printed_only_if_a_rerun_agrees(state: Path, tmp_path: Path) -> None:
    agrees = edge_signer(state, "execute-job", "--verify-by-rerun", HELLO, "Hello, World!")
    assert (agrees.returncode, agrees.stdout, agrees.stderr) == (0, PRINTED, "")
    module = tmp_path / "random.wasm"
    module.write_bytes(
        wasi(
            """(drop (call $random_get (i32.const 64) (i32.const 8)))
            (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 8))
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))""",
            "random_get i32 i32 -> i32",
            "fd_write i32 i32 i32 i32 -> i32",
        )
    )
    differs = edge_signer(state, "execute-job", "--verify-by-rerun", module)
    assert (differs.returncode, differs.stdout) == (255, "")
    assert "the module names random_get" in differs.stderr


def test_nothing_runs_unsigned_where_no_system_runs(tmp_path: Path) -> None:
    ran = edge_signer(tmp_path, "execute-job", HELLO, "Hello, World!")
    assert (ran.returncode, ran.stdout) == (255, "")
    assert "edge-signer run" in ran.stderr
    text = tmp_path / "module.wat"
    text.write_text("(module)")
    refused = edge_signer(tmp_path, "execute-job", text)
    assert refused.returncode == 2
    assert "binary format" in refused.stderr
