"""`edge-signer sign` says nothing about a file that its caller did not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.source_types import USUAL
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.command import edge_signer

SAID = ("--source-type", "compositeCapture")


def test_a_source_type_is_asked_for_with_the_usual_ones(state: Path, photo: Path) -> None:
    told = edge_signer(state, "sign", photo)
    assert told.returncode == 2
    assert "say how the file was made with --source-type" in told.stderr
    for term, meaning in USUAL.items():
        assert f"{term} " in told.stderr
        assert meaning in told.stderr
    assert not photo.with_name("photo.jpg.c2pa").exists()


def test_a_near_miss_is_asked_back_and_nothing_is_signed(state: Path, photo: Path) -> None:
    told = edge_signer(state, "sign", photo, "--source-type", "AI")
    assert told.returncode == 2
    assert "did you mean trainedAlgorithmicMedia?" in told.stderr
    assert not photo.with_name("photo.jpg.c2pa").exists()


def test_a_term_in_lower_case_is_signed_as_the_vocabulary_has_it(state: Path, photo: Path) -> None:
    signed = edge_signer(state, "sign", photo, "--source-type", "screencapture")
    assert (signed.returncode, signed.stderr) == (0, "")
    assert "said       c2pa.created, screenCapture" in signed.stdout
    assert "action     c2pa.created, screenCapture" in edge_signer(state, "verify", photo).stdout


@pytest.mark.parametrize("how", ["of another deployment", "of another format"])
def test_credentials_that_cannot_be_a_parents_are_left_out_only_on_request(
    state: Path, photo: Path, workshop: Workshop, how: str
) -> None:
    url = "https://manifests.example.com/one" if how == "of another deployment" else None
    made = signed_by_c2pa_rs(workshop, photo.read_bytes(), remote_url=url, embed=url is None)
    content, reason = made.asset, "sign with --no-parent"
    photo.write_bytes(content)
    if how == "of another format":
        photo, reason = photo.with_name("film.mkv"), "may carry Content Credentials"
        photo.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(2 << 20) + made.store)
    refused = edge_signer(state, "sign", photo, *SAID, "--action", "published")
    assert refused.returncode == 1
    assert reason in refused.stderr
    signed = edge_signer(state, "sign", photo, "--no-parent", *SAID)
    assert signed.returncode == 0, signed.stderr


def test_a_sidecar_that_was_there_is_said_to_be_replaced(state: Path, photo: Path) -> None:
    first = edge_signer(state, "sign", photo, *SAID)
    assert (first.returncode, "replaced" in first.stdout) == (0, False)
    again = edge_signer(state, "sign", photo, *SAID)
    assert "replaced   the earlier sidecar" in again.stdout
    assert "parent     the file as it was" in again.stdout
