"""What `edge-signer sign` says about the files that an asset was made from."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.found_ingredient import found_ingredient
from cli.signing.statements import PARENT_ID, Statements
from edge_signer.signing.rules.digital_source_types import TERMS
from edge_signer_client import Ingredient
from tests.conftest import ROOT
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.media.sample_stores import carrying, empty_store
from tests.signers.sign_runs import Signer, outcomes, refused, run

PHOTOGRAPH = (ROOT / "examples/rocket-small.jpg").read_bytes()
STORE = empty_store(3000)
OPENED = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}

PUBLISHED: dict[str, Any] = {"actions": ["published"]}

pytestmark = pytest.mark.usefixtures("signer")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(PHOTOGRAPH)
    return file


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    file = tmp_path / "signed.jpg"
    file.write_bytes(carrying(PHOTOGRAPH, STORE))
    return file


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    file = tmp_path / "logo.png"
    file.write_bytes(carrying(SAMPLE_ASSETS["PNG"].content, empty_store(700)))
    return file


def actions(signer: Signer) -> list[dict[str, Any]]:
    return list(signer.said["c2pa.actions.v2"]["actions"])


def ingredients(signer: Signer) -> list[Ingredient]:
    return list(signer.options["ingredients"])


def test_a_file_that_carries_credentials_becomes_its_own_parent(
    signer: Signer, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(signed, source_type=None, actions=["published"], output=tmp_path / "out.jpg") == 0
    [parent] = ingredients(signer)
    assert (parent.relationship, parent.title, parent.format) == (
        "parentOf",
        "signed.jpg",
        "image/jpeg",
    )
    assert parent.manifest_store == STORE
    assert actions(signer) == [OPENED, {"action": "c2pa.published"}]
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("parent ")]
    assert len(told) == 1
    assert "--no-parent" in told[0]


def test_a_source_type_that_is_not_stated_is_said_not_to_be(signed: Path) -> None:
    own = found_ingredient(signed, "parentOf", PARENT_ID)
    checked = replace(own, is_checked=True)
    said = Statements(source_type=TERMS["digitalCapture"]).about(signed, checked)
    assert said.summary == "c2pa.opened"
    assert "--source-type is not stated" in said.warning
    assert Statements(source_type=None).about(signed, checked).warning == ""


def test_the_signed_file_has_the_new_store_in_place_of_the_old_one(
    signed: Path, tmp_path: Path
) -> None:
    assert run(signed, source_type=None, actions=["published"], output=tmp_path / "out.jpg") == 0
    assert (tmp_path / "out.jpg").read_bytes() == carrying(PHOTOGRAPH, empty_store(64))


def test_without_a_parent_the_credentials_are_left_out_with_a_warning(
    signer: Signer, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jpg"
    assert refused(signed, source_type=None, no_parent=True, output=out) == 2
    assert "--source-type" in capsys.readouterr().err
    assert run(signed, no_parent=True, output=out) == 0
    assert ingredients(signer) == []
    assert actions(signer)[0]["action"] == "c2pa.created"
    assert "are not referred to: --no-parent" in capsys.readouterr().err


def test_a_parent_brings_its_credentials(
    signer: Signer, photo: Path, signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(photo, source_type=None, parent=signed, actions=["resized:humanEdits"]) == 0
    [parent] = ingredients(signer)
    assert (parent.title, parent.manifest_store) == ("signed.jpg", STORE)
    opened, resized = actions(signer)
    assert opened == OPENED
    assert resized == {
        "action": "c2pa.resized",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits",
    }
    told = capsys.readouterr().out
    assert "said       c2pa.opened; c2pa.resized, humanEdits" in told
    assert "parent     signed.jpg, with credentials" in told


def test_an_asset_with_another_parent_loses_its_own_credentials_with_a_warning(
    signer: Signer, photo: Path, signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(signed, source_type=None, parent=photo, actions=["published"]) == 0
    assert [one.title for one in ingredients(signer)] == ["photo.jpg"]
    assert "are not referred to: its parent is photo.jpg" in capsys.readouterr().err


def test_components_are_placed_and_inputs_belong_to_what_was_computed(
    signer: Signer, photo: Path, signed: Path, logo: Path
) -> None:
    assert run(photo, components=[logo, signed], inputs=[signed]) == 0
    assert [(one.id, one.relationship) for one in ingredients(signer)] == [
        ("component-1", "componentOf"),
        ("component-2", "componentOf"),
        ("input-1", "inputTo"),
    ]
    created, first, second = actions(signer)
    assert created["parameters"] == {"ingredientIds": ["input-1"]}
    assert first == {"action": "c2pa.placed", "parameters": {"ingredientIds": ["component-1"]}}
    assert second["parameters"] == {"ingredientIds": ["component-2"]}

    options: dict[str, Any] = {"source_type": None, "parent": signed, "inputs": [logo]}
    assert run(photo, actions=["edited:humanEdits"], **options) == 0
    assert actions(signer)[1]["parameters"] == {"ingredientIds": ["input-1"]}


def test_an_input_that_no_action_can_name_is_refused(
    signer: Signer, photo: Path, signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(photo, source_type=None, parent=signed, inputs=[signed]) == 2
    assert "--action edited:SOURCE_TYPE" in capsys.readouterr().err
    assert signer.signed == 0


def test_the_source_type_says_how_the_actions_of_a_version_were_done(
    signer: Signer, photo: Path, signed: Path
) -> None:
    given = ["cropped", "edited:compositeWithTrainedAlgorithmicMedia", "published"]
    assert run(photo, source_type="humanEdits", parent=signed, actions=given) == 0
    terms = [one.get("digitalSourceType", "").rpartition("/")[2] for one in actions(signer)]
    assert terms == ["", "humanEdits", "compositeWithTrainedAlgorithmicMedia", "humanEdits"]


@pytest.mark.parametrize(
    ("action", "remedy"),
    [
        ("resized", "as in resized:humanEdits"),
        ("resized:AI", "did you mean trainedAlgorithmicMedia"),
        ("opened", "--parent"),
        ("c2pa.created", "--source-type"),
    ],
)
def test_an_action_that_cannot_be_said_is_refused_with_the_remedy(
    action: str,
    remedy: str,
    signer: Signer,
    signed: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert refused(signed, source_type=None, actions=[action]) == 2
    assert remedy in capsys.readouterr().err
    assert signer.signed == 0


def test_what_was_done_to_a_parent_has_to_be_said(
    signer: Signer, photo: Path, signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nobody has checked that the file is as its credentials describe it.
    for options in ({"parent": signed}, {}):
        assert run(signed if not options else photo, source_type=None, **options) == 2
        assert "say what was done to the file since then" in capsys.readouterr().err
    assert signer.signed == 0


def test_parent_and_no_parent_exclude_each_other(
    photo: Path, signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(photo, parent=signed, no_parent=True) == 2
    assert "--parent and --no-parent exclude each other" in capsys.readouterr().err


def test_an_ingredient_that_cannot_be_read_ends_the_command(
    signer: Signer, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(photo, parent=tmp_path / "nowhere.jpg") == 2
    assert "nowhere.jpg: No such file" in capsys.readouterr().err
    photo.with_name("photo.jpg.c2pa").write_bytes(b"no store")
    assert refused(photo, components=[photo]) == 2
    assert "photo.jpg.c2pa is not a manifest store" in capsys.readouterr().err
    assert signer.signed == 0


def test_a_sidecar_that_is_replaced_is_the_parent_of_the_new_one(
    signer: Signer, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo.with_name("photo.jpg.c2pa").write_bytes(STORE)
    assert run(photo, source_type=None, actions=["published"]) == 0
    assert ingredients(signer)[0].manifest_store == STORE
    assert "replaced " in capsys.readouterr().out


def test_credentials_that_only_a_sidecar_hides_are_pointed_out(
    signer: Signer, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = empty_store(500)
    signed.with_name("signed.jpg.c2pa").write_bytes(other)
    assert run(signed, source_type=None, actions=["published"], output=tmp_path / "out.jpg") == 0
    assert ingredients(signer)[0].manifest_store == other
    assert "the credentials inside the file are left aside" in capsys.readouterr().err


def test_a_folder_keeps_the_credentials_of_the_files_that_have_some(
    signer: Signer, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (archive / "one.jpg").write_bytes(carrying(PHOTOGRAPH, STORE))
    report = tmp_path / "report"
    assert run(archive, output_dir=tmp_path / "out", report=report, **PUBLISHED) == 0
    assert "1 carried credentials, which are kept" in capsys.readouterr().out
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert {Path(one["asset"]).name for one in lines if "parent" in one} == {"one.jpg"}

    # Without a source type, the first file without credentials ends the command.
    signer.signed = 0
    out = tmp_path / "again"
    assert refused(archive, source_type=None, output_dir=out) == 2
    assert "two.jpg: say how the file was made" in capsys.readouterr().err
    assert signer.signed == 0


def test_a_folder_that_was_signed_in_place_is_signed_again_only_by_force(
    signer: Signer, archive: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    assert run(archive, in_place=True) == 0
    shutil.copy(ROOT / "examples/rocket-small.jpg", archive / "new.jpg")
    signer.signed = 0
    assert run(archive, in_place=True, report=report) == 0
    assert signer.signed == 1
    assert outcomes(report)["new.jpg"] == "signed"
    assert run(archive, in_place=True, force=True, source_type=None, **PUBLISHED) == 0
    assert signer.signed == 5


def test_a_signed_file_gets_no_address_in_place_of_its_credentials(
    signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def embed(*_: Any, **__: Any) -> None:
        from edge_signer_client.reference import Reference

        with signed.open("rb") as asset:
            Reference(asset)

    monkeypatch.setattr(Signer, "embed", embed)
    out = tmp_path / "out.jpg"
    assert run(signed, source_type=None, remote=True, output=out, **PUBLISHED) == 1
    assert "without --remote, the new file holds it" in capsys.readouterr().err
    assert not out.exists()


def test_whether_a_file_matches_its_credentials_is_said_only_on_request(
    signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(signed, assets_checked=True) == 2
    assert "--assets-checked needs c2pa-rs" in capsys.readouterr().err
