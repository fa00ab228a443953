"""Which files `edge-signer sign` signs, and what it does about those that it cannot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.signers.sign_runs import STORE, Signer, names, outcomes, refused, run

# What is said of files that have a sidecar.
PUBLISHED: dict[str, Any] = {"actions": ["published"]}
PHOTOGRAPH = ROOT / "examples/rocket-small.jpg"

pytestmark = pytest.mark.usefixtures("signer")


@pytest.mark.parametrize("unexpected", [OSError(36, "File name too long"), KeyError("odd")])
def test_a_file_that_cannot_even_be_looked_at_does_not_end_the_batch(
    unexpected: Exception,
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = Path.exists

    def exists(path: Path, **options: Any) -> bool:
        if path == tmp_path / "out/one.jpg":
            raise unexpected
        return real(path, **options)

    monkeypatch.setattr(Path, "exists", exists)
    report = tmp_path / "report"
    assert run(archive, output_dir=tmp_path / "out", report=report) == 1
    told = capsys.readouterr()
    assert outcomes(report) == {"one.jpg": "failed", "two.jpg": "signed", "three.jpg": "signed"}
    assert "2 signed, 0 skipped, 1 failed" in told.out
    assert "one.jpg: " in told.err
    if isinstance(unexpected, KeyError):
        assert "KeyError" in told.err


def test_a_sidecar_that_is_missing_is_made_up_for(
    signer: Signer, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options: dict[str, Any] = {"output_dir": out, "sidecar": True}
    assert run(archive, **options) == 0
    (archive / "one.jpg.c2pa").unlink()
    before = (out / "one.jpg").stat().st_mtime_ns
    signer.signed = 0
    assert run(archive, **options) == 0
    assert "1 signed, 2 skipped" in capsys.readouterr().out
    assert signer.signed == 1
    assert (archive / "one.jpg.c2pa").exists()
    assert (out / "one.jpg").stat().st_mtime_ns == before

    one, target = archive / "one.jpg", out / "one.jpg"
    assert refused(one, output=target, sidecar=True) == 2
    assert "--force replaces them" in capsys.readouterr().err
    (archive / "one.jpg.c2pa").unlink()
    assert run(one, output=target, sidecar=True) == 0
    assert "kept " in capsys.readouterr().out
    assert (out / "one.jpg").stat().st_mtime_ns == before


def test_a_sidecar_of_a_file_that_is_replaced_is_refused(
    signer: Signer, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(archive / "one.jpg", in_place=True, sidecar=True) == 2
    told = capsys.readouterr().err
    assert "--in-place and --sidecar exclude each other: " in told
    assert "the file that was replaced" in told
    assert signer.signed == 0


def test_sidecars_are_resumed(
    signer: Signer, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(archive, **PUBLISHED) == 0
    os.utime(archive / "two.jpg.c2pa", (0, 0))
    signer.signed = 0
    assert run(archive, **PUBLISHED) == 0
    assert "1 signed, 2 skipped" in capsys.readouterr().out
    assert run(archive, force=True, **PUBLISHED) == 0
    assert "3 signed, 0 skipped" in capsys.readouterr().out
    assert run(archive / "one.jpg", **PUBLISHED) == 0
    assert "replaced " in capsys.readouterr().out


def test_what_a_pattern_finds_is_sifted_as_in_a_folder(
    archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(archive / "pipe.jpg")
    (archive / "empty.jpg").touch()
    (archive / "one.jpg.c2pa").write_bytes(STORE)
    (archive / ".hidden.jpg").write_bytes(PHOTOGRAPH.read_bytes())
    (archive / "out").mkdir()
    (archive / "out/old.jpg").write_bytes(PHOTOGRAPH.read_bytes())
    real = Path.open

    def opened(path: Path, *options: Any, **more: Any) -> Any:
        assert path.name != "pipe.jpg"
        return real(path, *options, **more)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.chdir(archive)
    report = tmp_path / "report"
    patterns = (Path("**/*"), archive / "**/.*")
    assert run(*patterns, output_dir=archive / "out", report=report, **PUBLISHED) == 0
    assert set(outcomes(report)) == {"one.jpg", "two.jpg", "three.jpg"}


@pytest.mark.parametrize("spelled", ["archive/../archive/out", "link"])
def test_an_output_folder_is_known_however_it_is_spelled(
    spelled: str, archive: Path, tmp_path: Path
) -> None:
    (archive / "out").mkdir()
    (tmp_path / "link").symlink_to(archive / "out")
    for _ in range(2):
        assert run(archive, output_dir=tmp_path / spelled) == 0
    assert names(archive / "out") == {"one.jpg", "two.jpg", "sub", "sub/three.jpg"}


def test_an_output_folder_may_contain_the_folder(
    archive: Path,
) -> None:
    assert run(archive / "sub", output_dir=archive) == 0
    assert (archive / "three.jpg").exists()


def test_an_asset_is_not_its_own_target(
    signer: Signer, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for named in ([archive], [archive / "one.jpg", archive / "two.jpg"]):
        assert refused(*named, output_dir=archive / "sub/..", force=True) == 2
        assert "use --in-place" in capsys.readouterr().err
    assert signer.signed == 0


def test_a_folder_that_cannot_be_read_is_a_failure(
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = tmp_path / "report"
    assert run(archive, output_dir=tmp_path / "out", report=report) == 1
    told = capsys.readouterr()
    assert f"{archive / 'sub'}: Permission denied" in told.err
    assert "2 signed, 0 skipped, 1 failed" in told.out
    assert outcomes(report)["sub"] == "failed"
