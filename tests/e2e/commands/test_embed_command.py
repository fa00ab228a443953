"""`edge-signer sign -o`: the manifest goes into a new file, of which there is all or nothing."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.system.command import edge_signer

SAID = ("--source-type", "digitalCapture")
PHOTOGRAPH = ROOT / "examples/rocket-small.jpg"


def trusted(state: Path, signed: Path) -> bool:
    return edge_signer(state, "verify", "--embedded", signed).returncode == 0


def test_a_signed_file_is_trusted_and_the_asset_stays_as_it_was(state: Path, photo: Path) -> None:
    photo.chmod(0o640)
    signed = photo.with_name("signed.jpg")
    told = edge_signer(state, "sign", photo, "-o", signed, *SAID)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"signed     {signed}" in told.stdout
    assert "verified   c2pa-rs" in told.stdout
    assert trusted(state, signed)
    assert signed.stat().st_mode & 0o777 == 0o640
    assert photo.read_bytes() == PHOTOGRAPH.read_bytes()
    assert {one.name for one in photo.parent.iterdir()} == {"photo.jpg", "signed.jpg"}


def test_a_stamped_file_has_its_time_inside(state: Path, photo: Path) -> None:
    signed = photo.with_name("signed.jpg")
    told = edge_signer(state, "sign", photo, "-o", signed, "--tsa", *SAID)
    assert told.returncode == 0, told.stderr
    verdict = edge_signer(state, "verify", "--embedded", signed)
    assert "from a trusted authority" in verdict.stdout


def test_a_file_that_exists_is_replaced_only_by_force(state: Path, photo: Path) -> None:
    signed = photo.with_name("signed.jpg")
    signed.write_bytes(b"of somebody else")
    told = edge_signer(state, "sign", photo, "-o", signed, *SAID)
    assert (told.returncode, "--force" in told.stderr) == (2, True)
    assert signed.read_bytes() == b"of somebody else"
    assert edge_signer(state, "sign", photo, "-o", signed, "--force", *SAID).returncode == 0
    assert trusted(state, signed)


def test_an_asset_is_replaced_only_in_place(state: Path, photo: Path) -> None:
    told = edge_signer(state, "sign", photo, "-o", photo, "--force", *SAID)
    assert told.returncode == 2
    assert "--in-place replaces it" in told.stderr
    assert edge_signer(state, "sign", photo, "--in-place", *SAID).returncode == 0
    assert trusted(state, photo)
    again = edge_signer(state, "sign", photo, "--in-place", "--action", "published")
    assert again.returncode == 0, again.stderr
    assert "parent     the file as it was" in again.stdout
    assert trusted(state, photo)


def test_a_sidecar_is_written_beside_a_signed_file(state: Path, photo: Path) -> None:
    signed = photo.with_name("signed.jpg")
    told = edge_signer(state, "sign", photo, "-o", signed, "--sidecar", *SAID)
    assert told.returncode == 0, told.stderr
    assert edge_signer(state, "verify", photo).returncode == 0
    assert trusted(state, signed)


def test_a_damaged_or_foreign_file_is_told_with_a_reason(state: Path, tmp_path: Path) -> None:
    for content, reason in (
        (PHOTOGRAPH.read_bytes()[:40], "the file ends in the middle of a structure"),
        (b"plain text", "not one in which a manifest store can be embedded"),
    ):
        asset, signed = tmp_path / "asset.jpg", tmp_path / "signed.jpg"
        asset.write_bytes(content)
        told = edge_signer(state, "sign", asset, "-o", signed, *SAID)
        assert told.returncode == 1
        assert reason in told.stderr
        assert [one.name for one in tmp_path.iterdir()] == ["asset.jpg"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with a file of each sample format, in two levels, and what is none of them."""
    folder = tmp_path / "archive"
    (folder / "deeper").mkdir(parents=True)
    for number, (name, sample) in enumerate(SAMPLE_ASSETS.items()):
        where = folder if number % 2 else folder / "deeper"
        (where / name.replace(" ", "-")).write_bytes(sample.content)
    (folder / "old.jpg.c2pa").write_bytes(b"a sidecar")
    (folder / ".hidden").write_bytes(PHOTOGRAPH.read_bytes())
    return folder


def test_a_folder_is_signed_into_another_and_a_second_run_finds_nothing_to_do(
    state: Path, archive: Path, tmp_path: Path
) -> None:
    target, report = tmp_path / "signed", tmp_path / "report.jsonl"
    run = ("sign", archive, "--output-dir", target, "--report", report, *SAID)
    told = edge_signer(state, *run)
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    skipped = [line for line in lines if line["outcome"] == "skipped"]
    assert told.returncode == 0, told.stderr
    assert [Path(line["asset"]).name for line in skipped] == ["plain-text"]
    assert f"{len(lines) - 1} signed, 1 skipped, 0 failed" in told.stdout
    made = [one for one in target.rglob("*") if one.is_file()]
    assert len(made) == len(lines) - 1
    assert trusted(state, target / "deeper/JPEG")

    before = {one: one.stat().st_mtime_ns for one in made}
    told = edge_signer(state, *run)
    assert f"0 signed, {len(lines)} skipped, 0 failed" in told.stdout
    assert before == {one: one.stat().st_mtime_ns for one in made}


def test_what_fails_is_told_and_the_others_are_signed(
    state: Path, archive: Path, tmp_path: Path
) -> None:
    (archive / "broken.jpg").write_bytes(PHOTOGRAPH.read_bytes()[:40])
    report = tmp_path / "report.jsonl"
    told = edge_signer(
        state, "sign", archive, "--output-dir", tmp_path / "out", "--report", report, *SAID
    )
    assert told.returncode == 1
    assert "broken.jpg: the file ends in the middle of a structure" in told.stderr
    assert "1 failed" in told.stdout
    failed = [line for line in map(json.loads, report.read_text().splitlines()) if "code" in line]
    assert [(Path(line["asset"]).name, line["code"]) for line in failed] == [
        ("broken.jpg", "Truncated")
    ]


def test_a_run_stops_when_the_signer_refuses_what_is_no_fault_of_a_file(
    state: Path, archive: Path, tmp_path: Path
) -> None:
    told = edge_signer(
        state, "sign", archive, "--output-dir", tmp_path / "out", "--token", "x", *SAID
    )
    assert told.returncode == 1
    assert "UNAUTHENTICATED" in told.stderr
    assert "not tried; run it again for the rest" in told.stdout
    assert not [one for one in (tmp_path / "out").rglob("*") if one.is_file()]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-o", "a.jpg", "--in-place"), "--output and --in-place exclude each other"),
        (("-o", "a.jpg", str(PHOTOGRAPH)), "--output names one signed file"),
        (("--in-place", "--title", "one", str(PHOTOGRAPH)), "--title names one asset"),
        (("--output-dir", "out", str(PHOTOGRAPH)), "would both become"),
    ],
)
def test_options_that_contradict_each_other_are_told(
    state: Path, photo: Path, options: tuple[str, ...], reason: str
) -> None:
    other = photo.with_name(PHOTOGRAPH.name)
    photo.rename(other)
    told = edge_signer(state, "sign", other, *options, *SAID)
    assert (told.returncode, reason in told.stderr) == (2, True), told.stderr


def test_two_processes_do_not_write_the_same_file(state: Path, photo: Path) -> None:
    signed = photo.with_name("signed.jpg")
    with photo.with_name(".signed.jpg.part").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        told = edge_signer(state, "sign", photo, "-o", signed, *SAID)
    assert told.returncode == 2
    assert "another process is writing" in told.stderr
    assert not signed.exists()
    # The lock ended with its holder, and what the holder left is taken over.
    assert edge_signer(state, "sign", photo, "-o", signed, *SAID).returncode == 0
    assert trusted(state, signed)
    assert not photo.with_name(".signed.jpg.part").exists()


def test_a_link_in_place_of_the_unfinished_file_is_not_followed(state: Path, photo: Path) -> None:
    other = photo.with_name("other")
    other.write_bytes(b"of somebody else")
    photo.with_name(".signed.jpg.part").symlink_to(other)
    told = edge_signer(state, "sign", photo, "-o", photo.with_name("signed.jpg"), *SAID)
    assert told.returncode == 2
    assert other.read_bytes() == b"of somebody else"


def test_a_killed_run_leaves_no_half_file_and_the_next_one_signs_the_rest(
    state: Path, tmp_path: Path
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    for number in range(60):
        (source / f"{number:03}.jpg").write_bytes(PHOTOGRAPH.read_bytes() + b"%03d" % number)
    digests = {one: hashlib.sha256(one.read_bytes()).digest() for one in source.iterdir()}
    command = [sys.executable, "-m", "cli.main", "sign", source, "--output-dir", target, *SAID]
    environment = {**os.environ, "EDGE_SIGNER_STATE": str(state)}
    with subprocess.Popen(list(map(str, command)), cwd=ROOT, env=environment) as run:
        while not list(target.glob("0[12]*.jpg")):
            assert run.poll() is None
        run.send_signal(signal.SIGKILL)
    complete = {one: one.read_bytes() for one in target.glob("*.jpg")}
    assert 0 < len(complete) < len(digests)
    assert all(trusted(state, one) for one in complete)
    assert digests == {one: hashlib.sha256(one.read_bytes()).digest() for one in source.iterdir()}

    told = edge_signer(state, "sign", source, "--output-dir", target, *SAID)
    left = len(digests) - len(complete)
    assert f"{left} signed, {len(complete)} skipped, 0 failed" in told.stdout, told.stderr
    assert complete == {one: one.read_bytes() for one in complete}
    assert len(list(target.iterdir())) == len(digests)
