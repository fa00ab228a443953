"""`edge-signer verify` as a person uses it: what it judges, what it shows, how it exits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.command import edge_signer

URL = "https://manifests.example.com/rocket.c2pa"


@pytest.fixture
def anchors(tmp_path: Path, workshop: Workshop) -> Path:
    file = tmp_path / "anchors.pem"
    # Trust lists have words between their certificates, in any language.
    file.write_text(f"Müller AG\n{workshop.ca.anchors_pem()}\nthe end\n")
    return file


def verify(
    photo: Path, anchors: Path, *arguments: object, state: Path = ROOT / "nowhere"
) -> tuple[int, str, str]:
    done = edge_signer(state, "verify", photo, "--anchors", anchors, *arguments)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_embedded_credentials_are_judged_without_a_sidecar(
    photo: Path, anchors: Path, workshop: Workshop
) -> None:
    photo.write_bytes(signed_by_c2pa_rs(workshop, photo.read_bytes()).asset)
    code, shown, _ = verify(photo, anchors)
    assert code == 0
    assert f"judged     what is embedded in {photo}" in shown
    assert "action     c2pa.created, digitalCapture" in shown
    assert "whether the signer's certificate was revoked" in shown
    assert "checked    Structure of the credentials; Signature;" in shown
    assert "trust list anchors.pem, for signers and time-stamps, anchors: 1" in shown
    assert shown.splitlines()[-1].startswith("verdict    Trusted: Signed by Test Signer")


def test_of_two_credentials_the_sidecar_is_judged_and_the_other_is_named(
    photo: Path, anchors: Path, workshop: Workshop
) -> None:
    photo.write_bytes(signed_by_c2pa_rs(workshop, photo.read_bytes()).asset)
    sidecar = photo.with_name("photo.jpg.c2pa")
    sidecar.write_bytes(workshop.sign(photo.read_bytes()))
    code, shown, _ = verify(photo, anchors)
    assert (code, f"judged     {sidecar}" in shown) == (0, True)
    assert "also       the file has embedded credentials" in shown
    assert "Trusted); --embedded judges them" in shown

    code, shown, _ = verify(photo, anchors, "--embedded")
    assert (code, "judged     what is embedded" in shown) == (0, True)
    assert f"also       the sidecar {sidecar}, which was not judged" in shown

    # Each has its own verdict.
    sidecar.write_bytes(b"not JUMBF")
    assert verify(photo, anchors)[0] == 1
    assert verify(photo, anchors, "--embedded")[0] == 0


def test_a_remote_manifest_is_named_and_not_followed(
    photo: Path, anchors: Path, workshop: Workshop, tmp_path: Path
) -> None:
    signed = signed_by_c2pa_rs(workshop, photo.read_bytes(), remote_url=URL, embed=False)
    photo.write_bytes(signed.asset)
    code, shown, _ = verify(photo, anchors)
    assert code == 1
    assert f"refers to credentials at {URL}, which were not fetched" in shown
    assert "--fetch" in shown
    code, shown, _ = verify(photo, anchors, "--json")
    judged = json.loads(shown)["judged"]
    assert (code, judged["credentials"], judged["source"]) == (1, "remote", URL)

    fetched = tmp_path / "fetched.c2pa"
    fetched.write_bytes(signed.store)
    code, shown, _ = verify(photo, anchors, "--manifest", fetched)
    assert (code, URL in shown) == (0, True)


@pytest.mark.parametrize("name", ["photo.jpg", "notes.txt", "wrong.jpg"])
def test_a_file_without_credentials_is_said_to_have_none(
    photo: Path, anchors: Path, name: str
) -> None:
    if name != "photo.jpg":
        photo = photo.with_name(name)
        photo.write_text("nothing")
    code, shown, _ = verify(photo, anchors)
    assert code == 1
    assert "verdict    NoCredentials: " in shown
    assert "no sidecar" in shown
    assert json.loads(verify(photo, anchors, "--json")[1])["verdict"] == "NoCredentials"
    code, shown, told = verify(photo, anchors, "--crjson")
    assert (code, shown, "no Content Credentials" in told) == (1, "", True)


def test_a_changed_parent_is_shown_and_the_exit_code_is_not_0(
    photo: Path, anchors: Path, workshop: Workshop
) -> None:
    parent = signed_by_c2pa_rs(workshop, photo.read_bytes()).asset
    changed = parent[:-60] + bytes([parent[-60] ^ 1]) + parent[-59:]
    made = signed_by_c2pa_rs(workshop, changed, parents=[Parent(changed, "old.jpg")])
    photo.write_bytes(made.asset)
    code, shown, _ = verify(photo, anchors)
    assert code == 1
    assert "ingredient old.jpg, parentOf, Test Signer · Edge Signer Development, invalid" in shown
    assert "assertion.dataHash.mismatch" in shown
    assert "checked    Ingredients: does not hold" in shown
    assert shown.splitlines()[-1].startswith("verdict    Trusted: ")
    assert "not everything in it holds" in shown.splitlines()[-1]
    report = json.loads(verify(photo, anchors, "--json")[1])
    assert (report["verdict"], report["trusted"]) == ("Trusted", False)
    (ingredient,) = report["ingredients"]
    (failure,) = ingredient["failures"]
    assert failure["code"] == "assertion.dataHash.mismatch"
    assert failure["meaning"].startswith("The file was changed")


def test_crjson_is_the_engines_own(photo: Path, anchors: Path, workshop: Workshop) -> None:
    photo.with_name("photo.jpg.c2pa").write_bytes(workshop.sign(photo.read_bytes()))
    code, shown, _ = verify(photo, anchors, "--crjson")
    assert code == 0
    (manifest,) = json.loads(shown)["manifests"]
    assert manifest["claim.v2"]["claim_generator_info"]["name"] == "Edge Signer"


def test_json_has_source_types_and_the_time_stamp(
    photo: Path, anchors: Path, workshop: Workshop
) -> None:
    photo.with_name("photo.jpg.c2pa").write_bytes(workshop.sign(photo.read_bytes()))
    report = json.loads(verify(photo, anchors, "--json")[1])
    (action,) = report["manifest"]["actions"]
    assert action["action"] == "c2pa.created"
    assert action["digital_source_type"].endswith("/digitalCapture")
    assert report["time_stamp"]["state"] == "Absent"
    assert report["judged"]["source"].endswith("photo.jpg.c2pa")


@pytest.mark.parametrize("option", ["--anchors", "--tsa-anchors"])
@pytest.mark.parametrize("content", ["junk", "", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_roots_that_are_none_are_a_usage_error(
    photo: Path, anchors: Path, option: str, content: str, tmp_path: Path
) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text(content)
    done = edge_signer(tmp_path, "verify", photo, "--anchors", anchors, option, junk)
    assert (done.returncode, str(junk) in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [("--json", "--crjson"), ("--embedded", "--manifest", ROOT / "LICENSE"), ("--manifest", "no")],
)
def test_options_that_contradict_each_other_are_a_usage_error(
    photo: Path, anchors: Path, arguments: tuple[object, ...]
) -> None:
    code, shown, told = verify(photo, anchors, *arguments)
    assert (code, shown) == (2, "")
    assert told.startswith("edge-signer: ")


def test_a_name_in_a_manifest_cannot_steer_the_terminal(
    photo: Path, anchors: Path, workshop: Workshop
) -> None:
    parent = Parent(photo.read_bytes(), "[red]\x1b[2Jold\n.jpg")
    photo.write_bytes(signed_by_c2pa_rs(workshop, photo.read_bytes(), parents=[parent]).asset)
    _, shown, _ = verify(photo, anchors)
    assert "ingredient [red]\N{REPLACEMENT CHARACTER}[2Jold\N{REPLACEMENT CHARACTER}.jpg" in shown


def test_a_manifest_of_the_emulator_is_fetched_over_http(
    photo: Path, state: Path, workshop: Workshop
) -> None:
    signed = edge_signer(state, "sign", photo, "--source-type", "digitalCapture")
    (url,) = re.findall(r"http://\S+\.c2pa", signed.stdout)
    # Another file that refers to it: a file cannot hold the digest of itself.
    other = signed_by_c2pa_rs(workshop, photo.read_bytes(), remote_url=url, embed=False)
    photo.with_name("photo.jpg.c2pa").unlink()
    photo.write_bytes(other.asset)
    told = edge_signer(state, "verify", photo, "--json")
    assert json.loads(told.stdout)["verdict"] == "NoCredentials"
    told = edge_signer(state, "verify", photo, "--json", "--fetch")
    report = json.loads(told.stdout)
    assert (report["judged"]["credentials"], report["judged"]["source"]) == ("remote", url)
    assert (told.returncode, report["verdict"]) == (1, "Invalid")
    assert report["failures"][0]["code"] == "assertion.dataHash.mismatch"
