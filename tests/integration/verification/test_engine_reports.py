"""What becomes of a report of c2pa-rs: whatever its shape, nothing in it is lost."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from central_signer.verification.engine import Reading
from central_signer.verification.own_opinion import OwnReading
from central_signer.verification.trusted_roots import TrustedRootsCache
from central_signer.verification.verifier import report_on
from cli.verification.screen import show
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import ReportedFinding, VerificationReport
from edge_signer.verification.trust import TrustLists

NOBODY = TrustLists(())
NOW = datetime.now(UTC)
ROOTS = TrustedRootsCache().at(NOBODY, NOW)


def report_of(said: Any) -> VerificationReport:
    asset = AssetToVerify(stream=io.BytesIO(b"-"))
    return report_on(asset, Reading(said), OwnReading(), ROOTS, NOBODY, NOW)


def codes(findings: Iterable[ReportedFinding]) -> set[str]:
    return {one.code for one in findings}


WORDS = st.sampled_from(
    [
        "active_manifest",
        "manifests",
        "validation_results",
        "validation_state",
        "activeManifest",
        "failure",
        "success",
        "informational",
        "code",
        "url",
        "explanation",
        "ingredients",
        "label",
        "ingredientDeltas",
        "validationDeltas",
        "ingredientAssertionURI",
        "assertions",
        "data",
        "actions",
        "action",
        "digitalSourceType",
        "signature_info",
        "alg",
        "claim_generator_info",
        "name",
        "title",
        "time",
        "Trusted",
        "Invalid",
        "c2pa.actions",
        "m",
    ]
)
REPORTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=40,
)


@settings(deadline=None)
@given(REPORTS)
def test_a_report_of_any_shape_gives_a_verdict(said: Any) -> None:
    report = report_of(said)
    assert report.verdict
    show(report)


def test_a_manifest_that_is_its_own_ingredient_is_read_once() -> None:
    own = {"title": "itself", "active_manifest": "m", "label": "c2pa.ingredient.v3"}
    said = {
        "active_manifest": "m",
        "manifests": {"m": {"ingredients": [own, own]}},
        "validation_state": "Trusted",
    }
    report = report_of(said)
    assert (report.trusted, codes(report.failures)) == (False, {"ingredients.unread"})


def test_ingredients_beyond_the_bound_are_a_failure() -> None:
    two = [{"active_manifest": "{}", "label": "a"}, {"active_manifest": "{}", "label": "b"}]
    manifests = {
        str(depth): {"ingredients": [one | {"active_manifest": str(depth + 1)} for one in two]}
        for depth in range(20)
    }
    said = {"active_manifest": "0", "manifests": manifests, "validation_state": "Trusted"}
    assert codes(report_of(said).failures) == {"ingredients.unread"}


def test_a_failure_of_an_ingredient_that_is_not_listed_is_not_lost() -> None:
    delta = {"failure": [{"code": "ingredient.manifest.missing"}]}
    said = {
        "active_manifest": "m",
        "validation_state": "Trusted",
        "validation_results": {
            "ingredientDeltas": [{"ingredientAssertionURI": "x", "validationDeltas": delta}]
        },
    }
    report = report_of(said)
    assert (report.trusted, codes(report.failures)) == (False, {"ingredient.manifest.missing"})
