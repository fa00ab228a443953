"""`edge-signer sign --remote`: the file gets the address of its manifest, which stays online."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.judges.engines import c2pa_rs
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.media.sample_xmp import PACKETS, in_jpeg, named_and_rest
from tests.system.command import edge_signer
from tests.system.running import Running

REMOTE = ("--remote", "--source-type", "digitalCapture")
PACKET = PACKETS["padded, with attributes and elements"].encode()


def test_a_verifier_finds_the_manifest_through_the_file_alone(
    system: Running, state: Path, photo: Path
) -> None:
    photo.write_bytes(in_jpeg(PACKET))
    signed = photo.with_name("signed.jpg")
    told = edge_signer(state, "sign", photo, "-o", signed, "--tsa", *REMOTE)
    assert (told.returncode, told.stderr) == (0, "")
    assert "verified   c2pa-rs" in told.stdout

    content = signed.read_bytes()
    (url,), kept = named_and_rest(content)
    assert f"manifest   {url}\n" in told.stdout
    assert url.startswith(f"{system.state.url}/manifests/acme/id/")
    assert named_and_rest(photo.read_bytes()) == ([], kept)
    verdict = c2pa_rs(content, "image/jpeg", None, Path(system.state.anchors).read_text())
    assert verdict.trusted, verdict
    assert {one.name for one in photo.parent.iterdir()} == {"photo.jpg", "signed.jpg"}

    told = edge_signer(state, "verify", signed)
    assert (told.returncode, url in told.stdout) == (1, True)
    fetched = photo.with_name("fetched.c2pa")
    fetched.write_bytes(system.call("GET", url.removeprefix(system.state.url)).body)
    assert edge_signer(state, "verify", signed, "--manifest", fetched).returncode == 0


def test_a_file_that_names_its_manifest_is_not_signed_again(state: Path, photo: Path) -> None:
    assert edge_signer(state, "sign", photo, "--in-place", *REMOTE).returncode == 0
    signed = photo.read_bytes()
    again = edge_signer(state, "sign", photo, "--in-place", "--action", "published", *REMOTE)
    assert (again.returncode, "already names a manifest" in again.stderr) == (1, True)
    # Among several, it was signed by an earlier run.
    other = Path(shutil.copy(photo, photo.with_name("other.jpg")))
    told = edge_signer(state, "sign", photo, other, "--in-place", *REMOTE)
    assert (told.returncode, "0 signed, 2 skipped" in told.stdout) == (0, True)
    assert photo.read_bytes() == other.read_bytes() == signed


def test_a_folder_is_resumed_and_what_cannot_name_a_manifest_fails_by_name(
    system: Running, state: Path, tmp_path: Path
) -> None:
    archive, target, report = tmp_path / "archive", tmp_path / "out", tmp_path / "report"
    archive.mkdir()
    for name in ("JPEG", "PNG", "WebP", "MP4", "plain text"):
        (archive / name).write_bytes(SAMPLE_ASSETS[name].content)
    (archive / "damaged").write_bytes(in_jpeg(PACKET[:300]))
    run = ("sign", archive, "--output-dir", target, "--report", report, *REMOTE)
    told = edge_signer(state, *run)
    assert (told.returncode, "3 signed, 1 skipped, 2 failed" in told.stdout) == (1, True)
    lines = {Path(line["asset"]).name: line for line in map(json.loads, report.open())}
    assert lines["MP4"]["code"] == "RemoteUnsupported"
    assert "embed the manifest, or keep it in a sidecar" in lines["MP4"]["message"]
    assert lines["damaged"]["code"] == "XmpDamaged"
    assert {one.name for one in target.iterdir()} == {"JPEG", "PNG", "WebP"}
    anchors_pem = Path(system.state.anchors).read_text()
    for one in target.iterdir():
        content, media_type = one.read_bytes(), SAMPLE_ASSETS[one.name].media_type
        assert named_and_rest(content)[0] == [lines[one.name]["manifest_url"]]
        assert c2pa_rs(content, media_type, None, anchors_pem).trusted

    before = {one: one.read_bytes() for one in target.iterdir()}
    assert "0 signed, 4 skipped, 2 failed" in edge_signer(state, *run).stdout
    assert before == {one: one.read_bytes() for one in target.iterdir()}


def test_a_damaged_packet_is_told_and_nothing_is_touched(state: Path, photo: Path) -> None:
    photo.write_bytes(in_jpeg(PACKET.replace(b"</rdf:RDF>", b"")))
    before = photo.read_bytes()
    for where in (("--in-place",), ("-o", photo.parent / "new/signed.jpg")):
        told = edge_signer(state, "sign", photo, *where, *REMOTE)
        assert told.returncode == 1
        assert f"{photo}: the file's XMP is not well-formed XML" in told.stderr
        assert "embed the manifest, or keep it in a sidecar" in told.stderr
    assert photo.read_bytes() == before
    assert [one.name for one in photo.parent.iterdir()] == [photo.name]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "add -o, --output-dir or --in-place"),
        (("-o", "signed.jpg", "--sidecar"), "--remote and --sidecar exclude each other"),
    ],
)
def test_options_that_contradict_each_other_are_told(
    state: Path, photo: Path, options: tuple[str, ...], reason: str
) -> None:
    told = edge_signer(state, "sign", photo, *options, *REMOTE)
    assert (told.returncode, reason in told.stderr) == (2, True), told.stderr
