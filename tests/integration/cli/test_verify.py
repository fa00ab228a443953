"""Every input of `verify` gets a verdict, and what is wrong with a part is seen."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from cli.sidecar_verdict import crjson_of, has_credentials, judge
from cli.verdict import Verdict
from tests.command import edge_signer
from tests.conftest import ROOT
from tests.embedded import embedded
from tests.forgery import forged
from tests.fuzz.verdicts import verdicts
from tests.sample_assets import jpeg
from tests.software_signer import ACTIONS, Workshop

DATA = ROOT / "tests/data/verify"
ANCHORS = (DATA / "tampered_ingredient_anchors.pem").read_text()
WORKSHOP = Workshop()


@pytest.fixture
def photograph_file(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg())
    return path


def with_remote_url(asset: bytes, url: str) -> bytes:
    """Name a manifest elsewhere, in XMP (C2PA 2.4, "External manifests")."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'dcterms:provenance="{url}"/></rdf:RDF></x:xmpmeta>'
    )
    content = b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()
    return asset[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + asset[2:]


def judged(name: str, asset: Path) -> Verdict:
    return judge(asset, (DATA / name).read_bytes(), ANCHORS)


def codes(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.failures}


@pytest.mark.parametrize("name", ["t3_079.c2pa", "verify_KeyError.c2pa"])
def test_an_assertion_that_cannot_be_read_is_a_failure(name: str, photograph_file: Path) -> None:
    verdict = judged(name, photograph_file)
    assert verdict.state == "Invalid"
    assert "assertion.cbor.invalid" in codes(verdict)


def test_a_time_stamp_that_does_not_hold_is_seen(photograph_file: Path) -> None:
    verdict = judged("damaged_time_stamp.c2pa", photograph_file)
    assert verdict.time_stamp.state == "invalid"
    assert "timeStamp.malformed" in verdict.time_stamp.problem


def test_a_tampered_parent_is_seen(photograph_file: Path) -> None:
    verdict = judged("tampered_ingredient.c2pa", photograph_file)
    (parent,) = verdict.ingredients
    assert (parent.title, parent.relationship) == ("p", "parentOf")
    # What was unknown when the parent was opened, and is known by now, is no failure.
    assert [one.code for one in parent.failures] == ["assertion.dataHash.mismatch"]
    assert not parent.holds
    assert not verdict.trusted


def test_a_file_with_embedded_credentials_needs_no_sidecar(photograph_file: Path) -> None:
    photograph_file.write_bytes(embedded(jpeg(), WORKSHOP))
    verdict = judge(photograph_file, None, WORKSHOP.ca.anchors_pem())
    assert (verdict.state, verdict.read_from) == ("Trusted", "file")
    assert verdict.generator == "another tool"
    assert verdict.actions[0].digital_source_type.endswith("digitalCapture")
    assert has_credentials(photograph_file)


def test_a_file_without_credentials_has_a_verdict_too(photograph_file: Path) -> None:
    verdict = judge(photograph_file, None, WORKSHOP.ca.anchors_pem())
    assert (verdict.state, codes(verdict)) == ("None", {"manifest.missing"})
    assert not has_credentials(photograph_file)


def test_a_url_in_the_file_is_named_and_not_followed(photograph_file: Path) -> None:
    photograph_file.write_bytes(with_remote_url(jpeg(), "http://127.0.0.1:9/a.c2pa"))
    verdict = judge(photograph_file, None, WORKSHOP.ca.anchors_pem())
    assert codes(verdict) == {"manifest.inaccessible"}
    assert "http://127.0.0.1:9/a.c2pa" in verdict.failures[0].explanation
    assert has_credentials(photograph_file)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"claim": {"instanceID": ""}}, "instanceID is empty"),
        (
            {
                "assertions": {
                    "c2pa.actions.v2": {
                        "actions": [
                            {
                                "action": "c2pa.created",
                                "digitalSourceType": "http://x.example/photo",
                            }
                        ]
                    }
                }
            },
            "outside the IPTC vocabulary: http://x.example/photo",
        ),
    ],
)
def test_our_own_reader_notes_what_the_engine_lets_pass(
    changes: dict[str, dict[str, object]], note: str, photograph_file: Path
) -> None:
    store = forged(WORKSHOP.sign(jpeg(), ACTIONS), WORKSHOP.signer, **changes)  # type: ignore[arg-type]
    verdict = judge(photograph_file, store, WORKSHOP.ca.anchors_pem())
    assert verdict.state == "Trusted"
    assert any(note in one for one in verdict.notes)


def test_crjson_is_the_engines(photograph_file: Path) -> None:
    store = WORKSHOP.sign(jpeg(), ACTIONS)
    told = json.loads(crjson_of(photograph_file, store, WORKSHOP.ca.anchors_pem()))
    assert told["manifests"][0]["validationResults"]["failure"] == []


def test_the_command_shows_a_tampered_parent(photograph_file: Path, tmp_path: Path) -> None:
    sidecar = DATA / "tampered_ingredient.c2pa"
    anchors = DATA / "tampered_ingredient_anchors.pem"
    shown = edge_signer(
        tmp_path, "verify", photograph_file, "--manifest", sidecar, "--anchors", anchors
    )
    assert shown.returncode == 1
    assert "ingredient p (parentOf)" in shown.stdout
    assert shown.stdout.count("the file was changed after it was signed") == 2
    as_json = edge_signer(
        tmp_path, "verify", photograph_file, "--manifest", sidecar, "--anchors", anchors, "--json"
    )
    assert json.loads(as_json.stdout)["ingredients"][0]["failures"]


def test_mutants_of_three_stores_get_a_verdict_each() -> None:
    states = verdicts(count=300, seed=7)
    assert {name: one.total() for name, one in states.items()} == dict.fromkeys(states, 100)
