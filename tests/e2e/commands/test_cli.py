"""The command as a person uses it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_signer.signing.rules.digital_source_types import IPTC
from tests.conftest import ROOT
from tests.system.command import edge_signer
from tests.system.running import Running

SIGN = ("sign", "--source-type", "digitalCapture")


@pytest.fixture
def photograph_file(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "examples/rocket.jpg", tmp_path / "my photo.jpg"))


def test_a_signed_file_is_verified_as_trusted(state: Path, photograph_file: Path) -> None:
    signed = edge_signer(state, *SIGN, photograph_file)
    assert signed.returncode == 0, signed.stderr
    assert photograph_file.with_name("my photo.jpg.c2pa").exists()

    verified = edge_signer(state, "verify", photograph_file)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.splitlines()[-1].startswith("verdict    Trusted: Signed by Edge Signer")
    # The emulator's own authorities prove nothing.
    assert "for development" in verified.stdout.splitlines()[-1]

    as_json = edge_signer(state, "verify", photograph_file, "--json")
    verdict = json.loads(as_json.stdout)
    assert verdict["trusted"] is True
    assert (verdict["verdict"], verdict["failures"]) == ("Trusted", [])


def test_a_stamped_file_tells_when_it_was_signed(state: Path, photograph_file: Path) -> None:
    signed = edge_signer(state, *SIGN, photograph_file, "--tsa")
    assert signed.returncode == 0, signed.stderr
    assert re.search(r"^token +http://\S+/acme/tsa/\d+\.tsr$", signed.stdout, re.MULTILINE)
    verified = edge_signer(state, "verify", photograph_file).stdout
    said = r"^time-stamp +\d{4}-\d\d-\d\d \S+ UTC, from a trusted authority"
    assert re.search(said, verified, re.MULTILINE)

    unstamped = edge_signer(state, *SIGN, photograph_file, "--no-tsa")
    assert unstamped.returncode == 0
    assert "token" not in unstamped.stdout
    assert "\ntime-stamp none\n" in edge_signer(state, "verify", photograph_file).stdout


def test_a_changed_file_is_not_trusted(state: Path, photograph_file: Path) -> None:
    assert edge_signer(state, *SIGN, photograph_file).returncode == 0
    with photograph_file.open("r+b") as stream:
        stream.seek(-40, os.SEEK_END)
        stream.write(b"!")
    verified = edge_signer(state, "verify", photograph_file)
    assert verified.returncode == 1
    assert "The file was changed after it was signed" in verified.stdout
    assert "assertion.dataHash.mismatch" in verified.stdout


def test_a_signer_that_the_anchors_do_not_know_is_not_trusted(
    state: Path, photograph_file: Path, tmp_path: Path, system: Running
) -> None:
    assert edge_signer(state, *SIGN, photograph_file).returncode == 0
    sidecar = photograph_file.with_name("my photo.jpg.c2pa")
    elsewhere = Path(shutil.move(sidecar, tmp_path / "elsewhere.c2pa"))
    arguments = ("verify", photograph_file, "--manifest", elsewhere, "--anchors")
    stranger = edge_signer(state, *arguments, system.state.tsa_anchors)
    assert stranger.returncode == 1
    assert "signingCredential.untrusted" in stranger.stdout
    assert edge_signer(state, *arguments, system.state.anchors).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "nowhere.jpg"),
        ("verify",),
        ("sign", "nowhere.jpg"),
        (*SIGN, ROOT / "README.md", "--tenant", "nobody"),
        (*SIGN, ROOT / "README.md", "--url", "http://127.0.0.1:1"),
        ("sign", "."),
        ("sign", "/dev/zero"),
        (*SIGN, ROOT / "README.md", "--token", ""),
        (*SIGN, ROOT / "README.md", "--url", "here", "--token", "x"),
        (*SIGN, ROOT / "README.md", "--url", "http://127.0.0.1.example.com", "--token", "x"),
        ("verify", "/dev/null"),
        ("verify", ROOT / "README.md", "--manifest", "/dev/zero"),
        (
            "verify",
            ROOT / "README.md",
            "--manifest",
            ROOT / "LICENSE",
            "--anchors",
            ROOT / "LICENSE",
        ),
        ("nothing",),
    ],
)
def test_wrong_usage_is_told_in_a_line_and_exits_with_2(
    state: Path, arguments: tuple[object, ...]
) -> None:
    told = edge_signer(state, *arguments)
    assert told.returncode == 2
    assert told.stderr.strip()
    assert "Traceback" not in told.stderr


def test_no_emulator_and_no_anchors_are_told(tmp_path: Path, photograph_file: Path) -> None:
    signed = edge_signer(tmp_path, *SIGN, photograph_file)
    assert signed.returncode == 1
    assert "edge-signer run" in signed.stderr
    photograph_file.with_name("my photo.jpg.c2pa").write_bytes(b"")
    verified = edge_signer(tmp_path, "verify", photograph_file)
    assert verified.returncode == 2
    assert "--anchors" in verified.stderr


def test_a_refusal_is_told_with_its_code(state: Path, photograph_file: Path) -> None:
    refused = edge_signer(state, "sign", photograph_file, "--source-type", f"{IPTC}drawing")
    assert refused.returncode == 1
    assert "INVALID_ASSERTION" in refused.stderr
    assert "digitalSourceType" in refused.stderr
    assert not photograph_file.with_name("my photo.jpg.c2pa").exists()


def test_a_sidecar_that_is_none_is_unreadable(state: Path, photograph_file: Path) -> None:
    photograph_file.with_name("my photo.jpg.c2pa").write_bytes(b"not JUMBF")
    verified = edge_signer(state, "verify", photograph_file)
    assert verified.returncode == 1
    assert verified.stdout.splitlines()[-1].startswith("verdict    Unreadable: ")


def test_an_empty_file_and_a_token_of_two_lines_are_told(state: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    told = edge_signer(state, *SIGN, empty)
    assert (told.returncode, "empty" in told.stderr) == (2, True)
    told = edge_signer(state, *SIGN, ROOT / "README.md", "--token", "a\nb")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("output", ["a closed pipe", "/dev/full"])
def test_a_verdict_is_the_same_when_nobody_reads_it(
    state: Path, photograph_file: Path, output: str
) -> None:
    assert edge_signer(state, *SIGN, photograph_file).returncode == 0
    if output == "/dev/full":
        stream = os.open(output, os.O_WRONLY)
    else:
        reader, stream = os.pipe()
        os.close(reader)
    verified = subprocess.run(
        [sys.executable, "-m", "cli.main", "verify", str(photograph_file)],
        cwd=ROOT,
        env={**os.environ, "EDGE_SIGNER_STATE": str(state)},
        stdout=stream,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(stream)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_demo_ends_by_itself_with_trusted(tmp_path: Path) -> None:
    shown = edge_signer(tmp_path, "demo")
    assert shown.returncode == 0, shown.stderr
    assert "\nverdict    Trusted: " in shown.stdout
    assert shown.stdout.splitlines()[-1].startswith("console    http://127.0.0.1:3000/")
    assert "from a trusted authority" in shown.stdout
    for step in ("authenticate", "wasm", "kms", "tsa", "store"):
        assert f"\n{step} " in shown.stdout
    assert (tmp_path / "demo/rocket-signed.jpg").exists()
    assert not (tmp_path / "demo/state/local.json").exists()
