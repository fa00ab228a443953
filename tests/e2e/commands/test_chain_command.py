"""`edge-signer sign` with ingredients: the chain of credentials survives each edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.command import edge_signer

CAPTURED = ("--source-type", "digitalCapture")
EDITED = ("--action", "edited:humanEdits")


def verdict(state: Path, file: Path) -> dict[str, Any]:
    told = edge_signer(state, "verify", "--embedded", "--json", file)
    return dict(json.loads(told.stdout))


def titles(report: Mapping[str, Any]) -> list[Any]:
    """The ingredients' titles, as a tree."""
    return [[one["title"], *titles(one)] for one in report.get("ingredients", ())]


def sign(state: Path, *arguments: str | Path) -> str:
    told = edge_signer(state, "sign", *arguments)
    assert told.returncode == 0, told.stderr
    assert "verified   c2pa-rs" in told.stdout
    return told.stdout


def trusted_by_both(report: Mapping[str, Any]) -> bool:
    return {one["name"]: one["verdict"] for one in report["engines"]} == {
        "c2pa-rs": "Trusted",
        "edge-signer": "Trusted",
    }


def test_the_chain_reaches_back_to_the_capture(state: Path, photo: Path) -> None:
    captured, edited, published, final = (
        photo.with_name(name) for name in ("captured.jpg", "edited.webp", "cms.webp", "cdn.webp")
    )
    sign(state, photo, "-o", captured, *CAPTURED)
    # An editor that knows nothing of credentials.
    edited.write_bytes(SAMPLE_ASSETS["WebP"].content)
    logo = photo.with_name("logo.png")
    logo.write_bytes(SAMPLE_ASSETS["PNG"].content)
    told = sign(
        *(state, edited, "--parent", captured, "--component", logo, "-o", published),
        *("--action", "resized:humanEdits", "--action", "converted"),
    )
    assert "said       c2pa.opened; c2pa.placed; c2pa.resized, humanEdits" in told
    told = sign(state, published, "-o", final, "--action", "published")
    assert "parent     the file as it was; its credentials are kept" in told

    report = verdict(state, final)
    assert trusted_by_both(report)
    assert report["trusted"]
    assert titles(report) == [["cms.webp", ["captured.jpg"], ["logo.png"]]]
    shown = edge_signer(state, "verify", final).stdout
    assert "c2pa.created, digitalCapture" in shown


@pytest.mark.parametrize("name", ["PNG", "GIF", "TIFF", "SVG", "WAV", "MP3", "MP4", "HEIC"])
def test_every_format_is_signed_again_over_its_own_store(
    name: str, state: Path, tmp_path: Path
) -> None:
    file = tmp_path / f"one.{name.lower()}"
    file.write_bytes(SAMPLE_ASSETS[name].content)
    sign(state, file, "--in-place", *CAPTURED)
    sign(state, file, "--in-place", "--action", "published")
    report = verdict(state, file)
    assert trusted_by_both(report)
    assert titles(report) == [[file.name]]


def test_a_parent_that_the_deployment_stores_is_named_by_its_address(
    state: Path, photo: Path
) -> None:
    remote, out = photo.with_name("remote.jpg"), photo.with_name("out.jpg")
    sign(state, photo, "--remote", "-o", remote, *CAPTURED)
    told = sign(state, photo, "--parent", remote, "-o", out, *EDITED)
    assert "parent     remote.jpg, with its credentials at http" in told
    assert titles(verdict(state, out)) == [["remote.jpg"]]


def test_a_parent_that_is_too_large_for_a_request_is_uploaded(
    state: Path, photo: Path, workshop: Workshop
) -> None:
    parent, out = photo.with_name("parent.jpg"), photo.with_name("out.jpg")
    made = signed_by_c2pa_rs(workshop, photo.read_bytes(), note="x" * 100_000)
    parent.write_bytes(made.asset)
    sign(state, photo, "--parent", parent, "-o", out, *EDITED)
    # The parent's signer is on no list, and its manifest is there to the last byte.
    report = verdict(state, out)
    assert trusted_by_both(report)
    assert titles(report) == [["parent.jpg"]]
    assert out.stat().st_size > photo.stat().st_size + len(made.store)


def test_an_input_of_a_model_is_named_by_the_creation(state: Path, photo: Path) -> None:
    out = photo.with_name("out.jpg")
    sign(
        *(state, photo, "--input", ROOT / "examples/rocket.jpg", "-o", out),
        *("--source-type", "trainedAlgorithmicMedia"),
    )
    report = verdict(state, out)
    assert trusted_by_both(report)
    assert [one["relationship"] for one in report["ingredients"]] == ["inputTo"]


def test_a_parent_that_was_changed_is_kept_and_pointed_out(state: Path, photo: Path) -> None:
    captured, out = photo.with_name("captured.jpg"), photo.with_name("out.jpg")
    sign(state, photo, "-o", captured, *CAPTURED)
    content = bytearray(captured.read_bytes())
    content[-100] ^= 1
    captured.write_bytes(content)
    told = edge_signer(state, "sign", photo, "--parent", captured, "-o", out, *EDITED)
    assert told.returncode == 0
    assert "captured.jpg are of another file: assertion.dataHash.mismatch" in told.stderr
    assert trusted_by_both(verdict(state, out))


def test_a_file_that_nobody_changed_needs_no_action(state: Path, photo: Path) -> None:
    captured, out = photo.with_name("captured.jpg"), photo.with_name("out.jpg")
    sign(state, photo, "-o", captured, *CAPTURED)
    sign(state, captured, "-o", out)
    assert trusted_by_both(verdict(state, out))

    out.unlink()
    content = bytearray(captured.read_bytes())
    content[-100] ^= 1
    captured.write_bytes(content)
    told = edge_signer(state, "sign", captured, "-o", out)
    assert told.returncode == 2
    assert "--action edited:humanEdits" in told.stderr
    assert not out.exists()


def test_only_a_trusted_client_says_that_files_match(state: Path, photo: Path) -> None:
    captured, out = photo.with_name("captured.jpg"), photo.with_name("out.jpg")
    sign(state, photo, "-o", captured, *CAPTURED)
    told = edge_signer(state, "sign", captured, "--assets-checked", "-o", out)
    assert told.returncode == 1
    assert "trusted_clients" in told.stderr
    assert not out.exists()


def test_a_definition_of_c2patool_is_signed(state: Path, photo: Path) -> None:
    captured, out = photo.with_name("captured.jpg"), photo.with_name("out.jpg")
    sign(state, photo, "-o", captured, *CAPTURED)
    photo.with_name("thumb.jpg").write_bytes(photo.read_bytes())
    edited = {
        "action": "c2pa.edited",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits",
    }
    opened = {"action": "c2pa.opened", "parameters": {"instanceId": "xmp.iid:1"}}
    parent = {
        **{"title": "raw.jpg", "format": "image/jpeg", "relationship": "parentOf"},
        **{"instance_id": "xmp.iid:1"},
    }
    definition = photo.with_name("definition.json")
    definition.write_text(
        json.dumps(
            {
                "title": "Harbour at dawn",
                "sign_cert": "nowhere.pem",
                "thumbnail": {"format": "image/jpeg", "identifier": "thumb.jpg"},
                "assertions": [
                    {"label": "c2pa.actions", "data": {"actions": [opened, edited]}},
                    {"label": "com.example.desk", "data": {"desk": "photo"}},
                ],
                "ingredients": [parent],
                "ingredient_paths": ["captured.jpg"],
            }
        )
    )
    told = edge_signer(state, "sign", photo, "--manifest", definition, "-o", out)
    assert told.returncode == 0, told.stderr
    assert "sign_cert was left out: the policy names the key" in told.stderr
    report = verdict(state, out)
    assert trusted_by_both(report)
    assert titles(report) == [["raw.jpg"], ["captured.jpg"]]
    assert report["manifest"]["title"] == "Harbour at dawn"
