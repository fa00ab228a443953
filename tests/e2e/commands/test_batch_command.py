"""`edge-signer sign` with several files: what is left of a run that is interrupted or repeated."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.system.command import edge_signer

SAID = ("--source-type", "digitalCapture")
PHOTOGRAPH = ROOT / "examples/rocket-small.jpg"


def heed_interruptions() -> None:
    """Undo what a shell does to what it runs in the background, where tests may run too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_tells_what_it_did(state: Path, tmp_path: Path) -> None:
    source, target, report = tmp_path / "source", tmp_path / "target", tmp_path / "report"
    source.mkdir()
    for number in range(60):
        (source / f"{number:03}.jpg").write_bytes(PHOTOGRAPH.read_bytes() + b"%03d" % number)
    command = [sys.executable, "-m", "cli.main", "sign", source, "--output-dir", target, *SAID]
    with subprocess.Popen(
        [*map(str, command), "--report", str(report)],
        cwd=ROOT,
        env={**os.environ, "EDGE_SIGNER_STATE": str(state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interruptions,  # noqa: PLW1509 - nothing else runs here
    ) as run:
        while not list(target.glob("0[12]*.jpg")):
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        told, complaint = run.communicate(timeout=60)
    signed = list(target.glob("*.jpg"))
    assert 0 < len(signed) < 60
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert sorted(line["signed"] for line in lines) == sorted(map(str, signed))
    assert f"{len(signed)} signed, 0 skipped, 0 failed, {60 - len(signed)} not tried" in told
    assert "waiting for the files that are being signed" in complaint
    assert "Traceback" not in complaint
    assert run.returncode == 130
    assert not list(target.glob(".*"))


def test_a_second_interruption_waits_for_nothing(photo: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        options = ("--output-dir", photo.parent / "out", "--url", url, "--token", "token", *SAID)
        command = [sys.executable, "-m", "cli.main", "sign", photo.parent, *options]
        with subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_interruptions,  # noqa: PLW1509 - nothing else runs here
        ) as run:
            silent.accept()
            run.send_signal(signal.SIGINT)
            assert run.stderr is not None
            while "Ctrl-C again" not in run.stderr.readline():
                assert run.poll() is None
            run.send_signal(signal.SIGINT)
            assert run.wait(5) == -signal.SIGINT


def test_what_is_signed_in_place_already_is_skipped_among_several(state: Path, photo: Path) -> None:
    other = Path(shutil.copy(photo, photo.with_name("other.jpg")))
    assert edge_signer(state, "sign", photo, "--in-place", *SAID).returncode == 0
    link = photo.with_name("link.jpg")
    link.symlink_to(photo)
    told = edge_signer(state, "sign", photo, other, link, "--in-place", *SAID)
    assert (told.returncode, told.stderr) == (0, "")
    assert "1 signed, 1 skipped, 0 failed" in told.stdout


def test_both_forms_of_credentials_are_resumed(state: Path, photo: Path) -> None:
    other = Path(shutil.copy(photo, photo.with_name("other.jpg")))
    run = ("sign", photo, other, "--output-dir", photo.parent / "out", "--sidecar", *SAID)
    assert edge_signer(state, *run).returncode == 0
    sidecar = photo.with_name("photo.jpg.c2pa")
    sidecar.unlink()
    told = edge_signer(state, *run)
    assert (told.returncode, told.stderr) == (0, "")
    assert "1 signed, 1 skipped, 0 failed" in told.stdout
    assert edge_signer(state, "verify", photo).returncode == 0
