"""Manifest definitions of c2patool: every field is translated, left out with a note, or refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.definitions import definition, ingredients
from cli.definitions.definition import read_definition
from cli.definitions.fields import DefinitionError
from tests.conftest import ROOT
from tests.media.sample_stores import carrying, empty_store
from tests.signers.sign_runs import Signer, refused, run

PHOTOGRAPH = (ROOT / "examples/rocket-small.jpg").read_bytes()
HUMAN = "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits"
CREATED = {"action": "c2pa.created", "digitalSourceType": HUMAN}
NOTE = {"label": "com.example.note", "data": {"any": 1}}
URI = "self#jumbf=/c2pa/urn:c2pa:one/c2pa.assertions/stds.exif"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "definition"
    (folder / "parts").mkdir(parents=True)
    (folder / "photo.jpg").write_bytes(PHOTOGRAPH)
    (folder / "signed.jpg").write_bytes(carrying(PHOTOGRAPH, empty_store(900)))
    (folder / "thumb.png").write_bytes(b"a picture")
    (folder / "parent.c2pa").write_bytes(empty_store(800))
    return folder


def written(folder: Path, **fields: Any) -> Path:
    file = folder / "definition.json"
    file.write_text(json.dumps(fields))
    return file


def refusal(folder: Path, **fields: Any) -> str:
    with pytest.raises(DefinitionError) as ended:
        read_definition(written(folder, **fields))
    return str(ended.value)


def acting(*actions: Any, **more: Any) -> dict[str, Any]:
    return {"label": "c2pa.actions", "data": {"actions": list(actions), **more}}


def test_statements_are_taken_over(folder: Path) -> None:
    said = read_definition(
        written(
            folder,
            title="My title",
            claim_version=2,
            thumbnail={"format": "image/png", "identifier": "thumb.png"},
            assertions=[acting(CREATED, allActionsIncluded=True), NOTE],
        )
    )
    assert said.title == "My title"
    assert said.thumbnail is not None
    assert (said.thumbnail.format, said.thumbnail.content) == ("image/png", b"a picture")
    assert said.assertions == {"com.example.note": {"any": 1}}
    assert said.actions == [CREATED]
    assert said.about_actions == {"allActionsIncluded": True}
    assert said.notes == []


def test_what_the_policy_decides_is_left_out_with_a_note_and_no_key_is_read(folder: Path) -> None:
    said = read_definition(
        written(
            folder,
            alg="es256",
            private_key="/nowhere/key.pem",
            sign_cert="cert.pem",
            ta_url="http://timestamp.example.com",
            claim_generator_info=[{"name": "App"}],
            format="image/jpeg",
            assertions=[{**NOTE, "created": True}],
        )
    )
    told = "\n".join(said.notes)
    for field in ("alg", "private_key", "sign_cert", "ta_url", "claim_generator_info", "format"):
        assert f"definition.json: {field} was left out: " in told
    assert "assertions[0].created was left out: the policy" in told
    assert "--tsa" in told


def test_ingredients_are_described_or_named_by_a_path(folder: Path) -> None:
    (folder / "parts/thumb.png").write_bytes(b"another")
    ingredient = {
        **{"title": "part", "format": "image/png", "instance_id": "xmp.iid:2"},
        "thumbnail": {"format": "image/png", "identifier": "thumb.png"},
    }
    (folder / "parts/ingredient.json").write_text(json.dumps(ingredient))
    parent = {
        **{"title": "p.jpg", "relationship": "parentOf", "instance_id": "xmp.iid:1"},
        "manifest_data": {"format": "application/c2pa", "identifier": "parent.c2pa"},
        "validation_results": {"activeManifest": {}},
    }
    file = written(folder, ingredients=[parent], ingredient_paths=["signed.jpg", "parts"])
    said = read_definition(file)
    first, second, third = said.ingredients
    assert (first.relationship, first.title, first.manifest_store) == (
        "parentOf",
        "p.jpg",
        empty_store(800),
    )
    assert (second.relationship, second.title) == ("componentOf", "signed.jpg")
    assert second.manifest_store == empty_store(900)
    assert (third.title, third.instance_id) == ("part", "xmp.iid:2")
    assert third.thumbnail is not None
    assert third.thumbnail.content == b"another"
    assert "ingredients[0].validation_results was left out" in said.notes[0]


@pytest.mark.parametrize(
    "how",
    [
        {"parameters": {"ingredientIds": ["xmp.iid:1"]}},
        {"parameters": {"org.cai.ingredientIds": ["xmp.iid:1"]}},
        {"parameters": {"instanceId": "xmp.iid:1"}},
        {"instanceId": "xmp.iid:1"},
    ],
)
def test_actions_name_ingredients_in_every_way_that_c2pa_rs_reads(
    how: dict[str, Any], folder: Path
) -> None:
    ingredient = {"title": "p.jpg", "relationship": "parentOf", "instance_id": "xmp.iid:1"}
    opened = {"action": "c2pa.opened", **how}
    said = read_definition(written(folder, ingredients=[ingredient], assertions=[acting(opened)]))
    [parent] = said.ingredients
    assert said.actions == [{"action": "c2pa.opened", "parameters": {"ingredientIds": [parent.id]}}]


def test_a_redaction_may_have_a_reason_in_the_action(folder: Path) -> None:
    redacted: dict[str, Any] = {"action": "c2pa.redacted", "reason": "c2pa.PII.present"}
    redacted["parameters"] = {"redacted": URI}
    fields = {"redactions": [URI], "assertions": [acting(CREATED, redacted)]}
    said = read_definition(written(folder, **fields))
    [redaction] = said.redactions
    assert (redaction.uri, redaction.reason) == (URI, "c2pa.PII.present")
    assert said.actions == [CREATED]
    [plain] = read_definition(written(folder, redactions=[URI])).redactions
    assert (plain.uri, plain.reason) == (URI, None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"claim_version": 1}, "claim_version must be 2"),
        ({"hash_alg": "sha512"}, "hash_alg must be sha256"),
        ({"credentials": []}, "credentials is not supported"),
        ({"label": "urn:c2pa:one"}, "label is not supported"),
        ({"heading": "x"}, "heading is not a field of a definition; these are: "),
        ({"title": 7}, "title must be a text"),
        ({"assertions": {}}, "assertions must be a list"),
        ({"assertions": [7]}, "assertions[0] must be an object"),
        ({"assertions": [{"label": "com.x.y"}]}, "assertions[0].data is missing"),
        ({"assertions": [NOTE, NOTE]}, "assertions[1].label is com.example.note again"),
        ({"assertions": [{**NOTE, "kind": "Json"}]}, "assertions[0].kind is Json"),
        ({"assertions": [{**NOTE, "kind": "Binary"}]}, "only Cbor and Json"),
        ({"assertions": [{**NOTE, "label": "c2pa.hash.data"}]}, "the signer binds the manifest"),
        ({"assertions": [{**NOTE, "label": "c2pa.ingredient.v3"}]}, "give it under ingredients"),
        ({"assertions": [acting({"name": "x"})]}, "assertions[0].data.actions[0].action must be"),
        (
            {"ingredients": [{"relationship": "childOf"}]},
            "ingredients[0].relationship is 'childOf'",
        ),
        ({"ingredients": [{"data": {}}]}, "ingredients[0].data is not supported"),
        ({"ingredients": [{"relationship": "parentOf"}] * 2}, "more than one parentOf"),
        (
            {"ingredients": [{"label": "one"}] * 2},
            "ingredients[1] has the label or",
        ),
        ({"ingredient_paths": ["nowhere.jpg"]}, "ingredient_paths[0] is nowhere.jpg: No such file"),
        ({"thumbnail": "thumb.png"}, "thumbnail must be an object"),
        ({"thumbnail": {"format": "image/png"}}, "thumbnail.identifier must be a text"),
        (
            {"thumbnail": {"format": "image/png", "identifier": "none.png"}},
            "thumbnail.identifier is none.png: No such file",
        ),
        (
            {"ingredients": [{"manifest_data": {"format": "x", "identifier": "thumb.png"}}]},
            "ingredients[0].manifest_data does not name a manifest store",
        ),
        ({"base_path": "nowhere"}, "base_path is "),
    ],
)
def test_what_cannot_be_translated_is_named(
    fields: dict[str, Any], told: str, folder: Path
) -> None:
    assert told in refusal(folder, **fields)


def test_a_definition_sends_no_file_from_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    for identifier in ("../secret.png", str(tmp_path / "secret.png"), "link.png"):
        thumbnail = {"format": "image/png", "identifier": identifier}
        assert "and its content would be sent" in refusal(folder, thumbnail=thumbnail)
    assert "outside the definition's folder" in refusal(folder, base_path="..")


def test_paths_are_relative_to_the_base_path(folder: Path) -> None:
    (folder / "parts/small.png").write_bytes(b"small")
    thumbnail = {"format": "image/png", "identifier": "small.png"}
    said = read_definition(written(folder, base_path="parts", thumbnail=thumbnail))
    assert said.thumbnail is not None
    assert said.thumbnail.content == b"small"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_definition_is_refused(content: bytes, folder: Path) -> None:
    (folder / "definition.json").write_bytes(content)
    with pytest.raises(DefinitionError, match=r"definition\.json"):
        read_definition(folder / "definition.json")


def test_the_command_says_what_the_definition_says(
    signer: Signer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = {"action": "c2pa.opened"}
    edited = {"action": "c2pa.edited", "digitalSourceType": HUMAN}
    file = written(
        folder,
        title="Theirs",
        alg="es256",
        assertions=[acting(opened, edited), NOTE],
        ingredient_paths=["photo.jpg"],
    )
    options: dict[str, Any] = {"source_type": None, "manifest": file}
    assert run(folder / "signed.jpg", actions=["published"], **options) == 0
    said = signer.said["c2pa.actions.v2"]["actions"]
    assert [one["action"] for one in said] == [
        *("c2pa.opened", "c2pa.placed", "c2pa.edited", "c2pa.published"),
    ]
    assert said[0]["parameters"] == {"ingredientIds": ["parent"]}
    assert signer.said["com.example.note"] == {"any": 1}
    assert signer.options["title"] == "Theirs"
    assert "alg was left out: the policy names the key" in capsys.readouterr().err
    assert run(folder / "signed.jpg", title="Mine", **options) == 0
    assert signer.options["title"] == "Mine"


def test_a_definition_that_contradicts_the_file_is_refused_with_the_remedy(
    signer: Signer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    created = written(folder, assertions=[acting(CREATED)])
    assert run(folder / "signed.jpg", source_type=None, manifest=created) == 2
    assert "--no-parent" in capsys.readouterr().err
    opened = written(folder, assertions=[acting({"action": "c2pa.opened"})])
    assert run(folder / "photo.jpg", manifest=opened) == 2
    assert "--parent" in capsys.readouterr().err
    (folder / "definition.json").write_text("[]")
    assert refused(folder / "photo.jpg", manifest=folder / "definition.json") == 2
    assert signer.signed == 0


@pytest.mark.parametrize("page", [definition, ingredients])
def test_the_document_has_every_field(page: Any) -> None:
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs/reference/definitions.md").read_text()))
    assert {*page.TRANSLATED, *page.LEFT_OUT, *page.UNSUPPORTED} <= documented
