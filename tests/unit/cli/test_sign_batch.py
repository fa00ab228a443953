"""How `edge-signer sign` goes through several files: reports, failures of all, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_signer_client import EdgeSignerClientError, RefusedError, UnexpectedAnswerError
from tests.signers.sign_runs import Signer, names, outcomes, refused, run

pytestmark = pytest.mark.usefixtures("signer")


@pytest.mark.parametrize("of_run", ["asset", "link", "target", "sidecar"])
def test_a_report_replaces_no_file_of_the_run(
    of_run: str,
    archive: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    report = {
        "asset": archive / "one.jpg",
        "link": tmp_path / "link",
        "target": out / "two.jpg",
        "sidecar": archive / "sub/three.jpg.c2pa",
    }[of_run]
    if of_run == "link":
        report.hardlink_to(archive / "one.jpg")
    before = names(archive)
    assert refused(archive, output_dir=out, sidecar=True, report=report) == 2
    assert "--report" in capsys.readouterr().err
    assert names(archive) == before
    assert (archive / "one.jpg").stat().st_size > 1000


def test_a_report_that_cannot_be_written_is_a_failure(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(archive, output_dir=tmp_path / "out", report=Path("/dev/full")) == 1
    told = capsys.readouterr()
    assert "3 signed, 0 skipped, 0 failed" in told.out
    assert "/dev/full: No space left on device: the report is not complete" in told.err


def test_what_is_named_twice_is_signed_once(
    signer: Signer, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = archive / "one.jpg"
    assert run(one, archive / "sub/../one.jpg", archive, output_dir=tmp_path / "out") == 0
    assert "3 signed, 0 skipped" in capsys.readouterr().out
    assert signer.signed == 3


@pytest.mark.parametrize(
    "failure",
    [
        RefusedError("500 INTERNAL: no", 500, "INTERNAL"),
        RefusedError("504: no", 504),
        UnexpectedAnswerError("not an API (status 200)", 200),
    ],
)
def test_a_failure_of_the_server_stops_the_batch(
    failure: EdgeSignerClientError,
    signer: Signer,
    archive: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    signer.failure = failure
    assert run(archive, output_dir=tmp_path / "out") == 1
    assert "0 signed, 0 skipped, 1 failed, 2 not tried" in capsys.readouterr().out
    assert signer.signed == 1


def test_no_output_is_another_output_or_an_asset(
    signer: Signer, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = archive / "one.jpg"
    assert refused(one, output=archive / "one.jpg.c2pa", sidecar=True) == 2
    assert "one.jpg.c2pa" in capsys.readouterr().err
    (archive / "one.jpg.c2pa").write_bytes(b"named")
    assert refused(one, archive / "one.jpg.c2pa") == 2
    assert "one.jpg.c2pa" in capsys.readouterr().err
    assert refused(archive / "sub", archive / "two.jpg", output=archive / "two.jpg") == 2
    assert signer.signed == 0


def test_a_sidecar_is_as_open_as_its_asset(archive: Path) -> None:
    one = archive / "one.jpg"
    for mode, expected in ((0o600, 0o600), (0o755, 0o644), (0o440, 0o440)):
        one.chmod(mode)
        assert run(one, actions=["published"]) == 0
        assert (archive / "one.jpg.c2pa").stat().st_mode & 0o777 == expected


def test_no_folder_is_made_for_files_that_are_not_signed(archive: Path, tmp_path: Path) -> None:
    notes = archive / "sub/notes"
    notes.mkdir()
    (notes / "one.txt").write_text("plain text")
    report = tmp_path / "report"
    assert run(archive, output_dir=tmp_path / "out", report=report) == 0
    assert outcomes(report)["one.txt"] == "skipped"
    assert names(tmp_path / "out") == {"one.jpg", "two.jpg", "sub", "sub/three.jpg"}


def test_names_that_are_too_long_are_told(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = Path("x" * 300)
    assert refused(long) == 2
    assert refused(archive, report=long) == 2
    told = capsys.readouterr().err
    assert told.count("File name too long") == 2
