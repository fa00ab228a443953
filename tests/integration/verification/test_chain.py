"""A file's history: taken by a camera, edited elsewhere, signed here; each step with a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from edge_signer.signing.rules.digital_source_types import TERMS
from edge_signer.verification.report import ReportedIngredient
from edge_signer.verification.trust import TrustLists
from tests.judges.verifying import trust_list, verified
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

EDITED = {
    "action": "c2pa.edited",
    "digitalSourceType": TERMS["compositeWithTrainedAlgorithmicMedia"],
    "softwareAgent": {"name": "Darkroom"},
}


@dataclass(frozen=True)
class Studio:
    """Who has a hand in the file, each certified by an authority of their own."""

    camera: Workshop
    editor: Workshop
    publisher: Workshop

    def published(self, photograph: bytes, *, tamper: bool = False) -> bytes:
        taken = signed_by_c2pa_rs(self.camera, photograph).asset
        if tamper:
            # In the pixels, after the camera signed them.
            taken = taken[:-60] + bytes([taken[-60] ^ 1]) + taken[-59:]
        edited = signed_by_c2pa_rs(
            self.editor, taken, parents=[Parent(taken, "taken.jpg")], actions=[EDITED]
        ).asset
        return signed_by_c2pa_rs(
            self.publisher, edited, parents=[Parent(edited, "edited.jpg")]
        ).asset


def lists_of(*workshops: Workshop) -> TrustLists:
    return TrustLists(
        tuple(trust_list(str(n), w.ca.anchors_pem()) for n, w in enumerate(workshops))
    )


def flat(ingredients: Iterable[ReportedIngredient]) -> list[tuple[str, str]]:
    """The tree's titles and verdicts, from the file downwards."""
    return [
        pair for one in ingredients for pair in [(one.title, one.verdict), *flat(one.ingredients)]
    ]


@pytest.fixture(scope="module")
def studio(workshop: Workshop) -> Studio:
    return Studio(Workshop(name="Camera"), Workshop(name="Editor"), workshop)


def test_the_tree_has_each_step_with_its_signer_and_what_it_did(
    studio: Studio, photograph: bytes
) -> None:
    lists = lists_of(studio.camera, studio.editor, studio.publisher)
    report = verified(studio.published(photograph), lists)
    assert report.trusted
    assert flat(report.ingredients) == [("edited.jpg", "Trusted"), ("taken.jpg", "Trusted")]
    (edited,) = report.ingredients
    (taken,) = edited.ingredients
    assert edited.signer.startswith("Editor")
    assert taken.signer.startswith("Camera")
    assert [one.action for one in taken.manifest.actions] == ["c2pa.created"]
    assert [one.software_agent for one in edited.manifest.actions] == ["", "Darkroom"]
    assert len(edited.manifest.ai) == 1
    assert report.manifest.ai == ()


def test_a_grandparent_that_was_changed_makes_the_file_untrusted(
    studio: Studio, photograph: bytes
) -> None:
    lists = lists_of(studio.camera, studio.editor, studio.publisher)
    report = verified(studio.published(photograph, tamper=True), lists)
    # Each later signer recorded honestly what it was given.
    assert (report.verdict, report.trusted) == ("Trusted", False)
    assert flat(report.ingredients) == [("edited.jpg", "Trusted"), ("taken.jpg", "Invalid")]
    (failure,) = report.ingredients[0].ingredients[0].failures
    assert failure.code == "assertion.dataHash.mismatch"
    (check,) = (one for one in report.checks if one.name == "ingredients")
    assert check.result == "failed"
    # Nobody has the file that the camera made; c2pa-rs repeats what was recorded of it.
    assert report.differences == ()


def test_an_ingredient_of_an_unknown_signer_makes_the_file_untrusted(
    studio: Studio, photograph: bytes
) -> None:
    report = verified(studio.published(photograph), lists_of(studio.editor, studio.publisher))
    assert (report.verdict, report.trusted) == ("Trusted", False)
    assert flat(report.ingredients) == [("edited.jpg", "Trusted"), ("taken.jpg", "Valid")]
    assert report.differences == ()


def test_our_validator_has_a_say_about_ingredients(studio: Studio, photograph: bytes) -> None:
    known = lists_of(studio.editor, studio.publisher).lists
    # c2pa-rs takes any root for signers of ingredients.
    stamps = trust_list("stamps", studio.camera.ca.anchors_pem(), "time_stamps")
    report = verified(studio.published(photograph), TrustLists((*known, stamps)))
    assert not report.trusted
    assert flat(report.ingredients) == [("edited.jpg", "Trusted"), ("taken.jpg", "Valid")]
    (failure,) = report.ingredients[0].ingredients[0].failures
    assert (failure.code, failure.engines) == ("signingCredential.untrusted", ("edge-signer",))
    assert "The ingredient taken.jpg: c2pa-rs says Trusted, edge-signer says Valid." in {
        one.meaning for one in report.differences
    }
