"""`edge-signer verify` on many files: a table, lines of JSON, a page, and one exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop
from tests.system.command import edge_signer


@pytest.fixture
def anchors(tmp_path: Path, workshop: Workshop) -> Path:
    file = tmp_path / "anchors.pem"
    file.write_text(workshop.ca.anchors_pem())
    return file


@pytest.fixture
def folder(tmp_path: Path, workshop: Workshop) -> Path:
    """Two files with good credentials, one with others, and one without."""
    photo = SAMPLE_ASSETS["JPEG"].content
    below = tmp_path / "photos" / "below"
    below.mkdir(parents=True)
    _, signed = embedded(workshop, photo)
    (below / "inside.jpg").write_bytes(signed)
    (below / "plain.jpg").write_bytes(photo)
    (below.parent / "beside.jpg").write_bytes(photo)
    (below.parent / "beside.jpg.c2pa").write_bytes(workshop.sign(photo))
    (below.parent / "changed.jpg").write_bytes(signed[:-50] + b"!" + signed[-49:])
    (below.parent / ".hidden.jpg").write_bytes(signed)
    return below.parent


def verify(anchors: Path, *arguments: object) -> tuple[int, list[str], str]:
    done = edge_signer(anchors.parent / "nowhere", "verify", *arguments, "--anchors", anchors)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_a_folder_gives_a_table_and_a_summary(folder: Path, anchors: Path) -> None:
    code, shown, told = verify(anchors, folder)
    assert (code, told) == (1, "")
    head, *rows, empty, summary = shown
    assert head.split()[:4] == ["file", "verdict", "signer", "signed"]
    found = {row.split()[0]: row for row in rows}
    names = ("beside.jpg", "changed.jpg", "below/inside.jpg", "below/plain.jpg")
    assert list(found) == [str(folder / name) for name in names]
    beside, changed, inside, plain = found.values()
    assert "Trusted Test Signer (Edge Signer Development)" in " ".join(beside.split())
    assert "Invalid" in changed
    assert "The file was changed after it was signed" in changed
    assert "Trusted" in inside
    assert plain.rstrip().endswith("No Content Credentials")
    assert (empty, summary) == ("", "2 trusted, 1 not trusted, 1 without credentials")


def test_the_exit_code_is_0_only_if_every_file_is_trusted(folder: Path, anchors: Path) -> None:
    good = (folder / "beside.jpg", folder / "below/inside.jpg")
    assert verify(anchors, *good)[0] == 0
    assert verify(anchors, *good, folder / "below/plain.jpg")[0] == 1
    assert verify(anchors, *good, folder / "changed.jpg")[0] == 1


def test_json_has_a_line_for_each_file_in_their_order(folder: Path, anchors: Path) -> None:
    code, lines, _ = verify(anchors, folder, "--json", "--at-once", 3)
    reports = [json.loads(line) for line in lines]
    assert code == 1
    assert [one["verdict"] for one in reports] == ["Trusted", "Invalid", "Trusted", "NoCredentials"]
    assert reports[0]["judged"]["name"] == str(folder / "beside.jpg")


def test_a_pattern_and_a_file_named_twice_are_verified_once(folder: Path, anchors: Path) -> None:
    named = (folder / "b*.jpg", folder / "beside.jpg", folder / "below/../beside.jpg")
    code, lines, _ = verify(anchors, *named, "--json")
    assert (code, len(lines)) == (0, 1)


def test_what_cannot_be_looked_into_counts_as_not_trusted(folder: Path, anchors: Path) -> None:
    # Root may read everything, but nobody a link to itself.
    loop = folder / "loop.jpg"
    loop.symlink_to(loop.name)
    code, shown, _ = verify(anchors, folder)
    assert code == 1
    (row,) = [one for one in shown if str(loop) in one]
    assert "Unreadable" in row
    assert "could not be read" in row
    assert shown[-1] == "2 trusted, 2 not trusted, 1 without credentials"


def test_a_page_has_all_reports_and_replaces_nothing_that_is_verified(
    folder: Path, anchors: Path
) -> None:
    page = folder / "report.html"
    for _ in range(2):
        # The second run does not take the first one's page for an asset.
        code, shown, _ = verify(anchors, folder, "--html", page)
        assert (code, shown[-1]) == (1, "2 trusted, 1 not trusted, 1 without credentials")
    html = page.read_text()
    assert html.count('class="of-file"') == 4
    assert "2 trusted, 1 not trusted, 1 without credentials." in html

    before = (folder / "beside.jpg").read_bytes()
    odd = folder / "odd.html"
    odd.write_bytes(before)
    for file, why in ((folder / "beside.jpg", "ends in .html"), (odd, "would replace")):
        code, _, told = verify(anchors, file, "--html", file)
        assert (code, why in told) == (2, True)
        assert file.read_bytes() == before


def test_wrong_usage_is_told(folder: Path, anchors: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    photo = folder / "beside.jpg"
    for arguments, why in (
        ((tmp_path / "empty",), "no file to verify"),
        ((folder / "*.gif",), "no file to verify"),
        ((folder / "beside.jpg.c2pa",), "is a sidecar: name its asset"),
        ((folder, "--crjson"), "--crjson is for one file"),
        ((photo, folder / "changed.jpg", "--manifest", f"{photo}.c2pa"), "--manifest is for one"),
        ((photo, "--fetch-from", "cdn.example.com"), "it needs --fetch"),
        ((photo, "--fetch", "--fetch-from", "10.0.0.1"), "not a host"),
        (("https://cdn.example.com/a.jpg",), "--fetch allows"),
        ((photo, "--html", tmp_path / "no/such/report.html"), "is not a folder"),
    ):
        code, shown, told = verify(anchors, *arguments)
        assert (code, shown, why in told) == (2, [], True), (arguments, told)


def test_a_url_that_may_not_be_fetched_is_an_unreadable_file(folder: Path, anchors: Path) -> None:
    url = "https://127.0.0.1/photo.jpg"
    code, shown, _ = verify(anchors, url, folder / "beside.jpg", "--fetch")
    assert code == 1
    assert [one for one in shown if url in one and "could not be fetched" in one]
