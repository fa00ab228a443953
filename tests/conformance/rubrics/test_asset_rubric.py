"""The conformance programme's asset rubric on what the shipped policies sign: claim and labels.

The rubric for specification 2.4 under conformance 0.2 (C2PA Asset Conformance 0.2 Spec 2.4 Rubric,
version 1.0 of 2026-08-06, in the public repository c2pa-org/conformance-public) has 31 checks, the
integrity rubric beside it 6. All 37 are the programme's; none had to be made up from the standard.
Four are in both, so that they are 33 tests:

- 8 here: the claim, the labels of assertions, the hard binding;
- 12 in `test_asset_rubric_actions.py`;
- 7 in `test_asset_rubric_references.py`: what has, or looks like having, to do with other assets;
- 6 in `test_integrity_rubric.py`, of which the asset rubric repeats four.

Each test's docstring begins with the programme's name of the check. Each holds the check against
what was signed, and against the same spoilt as "Red when" says: the manifest changed, hashed and
signed again, or read beside another asset or root. A check that could not fail would fail here.
"""

from __future__ import annotations

from tests.conformance.rubrics.conftest import Spoiler
from tests.judges.crjson import Credentials

SPECIFICATION = ["2", "4"]
_STANDARD = (
    "actions.v2 ai-disclosure alternative-content-representation asset-ref asset-type.v2 "
    "assertion.metadata certificate-status cloud-data depthmap.GDepth embedded-data "
    "environmental-sustainability external-reference hash.bmff.v3 hash.boxes "
    "hash.collection.data hash.data hash.data.part hash.multi-asset icon ingredient.v3 "
    "metadata repository-receipt session-keys soft-binding thumbnail.claim "
    "thumbnail.ingredient time-stamp"
)
_DEPRECATED = "actions asset-type claim hash.bmff.v2 ingredient ingredient.v2"
STANDARD_LABELS = {f"c2pa.{name}" for name in _STANDARD.split()}
DEPRECATED_LABELS = {f"c2pa.{name}" for name in _DEPRECATED.split()}
TIFF = {"image/tiff", "image/x-adobe-dng"}


def test_the_generator_names_the_specification_it_follows(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """mandatory_spec_version. Red when: the policy's generator has no specVersion, or 2.2.0."""

    def followed(one: Credentials) -> list[str]:
        version: str = one.claim["claim_generator_info"].get("specVersion", "")
        return version.split(".")[:2]

    assert followed(signed) == SPECIFICATION
    for generator in ({"name": "x"}, {"name": "x", "specVersion": "2.2.0"}):
        assert followed(spoilt(claim={"claim_generator_info": generator})) != SPECIFICATION


def test_the_claim_leaves_the_specification_to_its_generator(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """no_deprecated_claim_fields. Red when: the claim itself has a specVersion."""
    assert "specVersion" not in signed.claim_as_signed
    assert "specVersion" in spoilt(claim={"specVersion": "2.4.0"}).claim_as_signed


def test_the_manifest_is_named_by_a_c2pa_urn(signed: Credentials, spoilt: Spoiler) -> None:
    """active_manifest_urn. Red when: the label is `urn:uuid:` and a UUID, as it once was."""

    def named(one: Credentials) -> bool:
        return str(one.manifest["label"]).startswith("urn:c2pa:")

    assert named(signed)
    assert not named(spoilt(label="urn:uuid:00000000-0000-4000-8000-000000000000"))


def test_no_label_is_deprecated(signed: Credentials, spoilt: Spoiler) -> None:
    """no_deprecated_assertions. Red when: there is a `c2pa.asset-type`, or a `stds.exif`."""

    def deprecated(one: Credentials) -> list[str]:
        return [
            label
            for label in one.assertions
            if label.startswith("stds.") or label in DEPRECATED_LABELS
        ]

    assert deprecated(signed) == []
    for label in ("c2pa.asset-type", "stds.exif"):
        assert deprecated(spoilt(assertions={label: {"a": 1}})) == [label]


def test_every_label_of_the_standard_is_one_of_its_labels(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """no_unsupported_assertions. Red when: preferences are labelled `c2pa.training-mining`."""

    def unknown(one: Credentials) -> list[str]:
        known = STANDARD_LABELS | DEPRECATED_LABELS
        return [
            label
            for label in one.assertions
            if label.startswith("c2pa.") and label.partition("__")[0] not in known
        ]

    assert unknown(signed) == []
    label = "c2pa.training-mining"
    assert unknown(spoilt(assertions={label: {"entries": {}}})) == [label]


def test_every_other_label_says_whose_it_is(signed: Credentials, spoilt: Spoiler) -> None:
    """no_unrecognized_custom_assertions. Red when: a label has no dot, `desk`."""

    def nobodys(one: Credentials) -> list[str]:
        return [label for label in one.assertions if "." not in label]

    assert nobodys(signed) == []
    assert nobodys(spoilt(assertions={"desk": {"a": 1}})) == ["desk"]


def test_the_hard_binding_points_nowhere(signed: Credentials, spoilt: Spoiler) -> None:
    """no_url_in_hashes. Red when: `c2pa.hash.data` has a `url`."""

    def pointing(one: Credentials) -> list[str]:
        bindings = ("c2pa.hash.data", "c2pa.hash.bmff.v3")
        return [label for label in bindings if "url" in one.assertions.get(label, {})]

    assert ("c2pa.hash.data" in signed.assertions) != signed.is_update
    assert pointing(signed) == []
    binding = {"alg": "sha256", "hash": bytes(32), "pad": b"", "url": "https://example.com"}
    assert pointing(spoilt(assertions={"c2pa.hash.data": binding})) == ["c2pa.hash.data"]


def test_no_tiff_is_bound_by_its_boxes(signed: Credentials, spoilt: Spoiler) -> None:
    """no_box_hash_for_tiff. Red when: a box hash stands beside the asset type `image/tiff`."""

    def boxed(one: Credentials) -> bool:
        kind = one.assertions.get("c2pa.asset-type.v2", {}).get("dc:format")
        return "c2pa.hash.boxes" in one.assertions and kind in TIFF

    assert not boxed(signed)
    tiff = {"types": [{"type": "image"}], "dc:format": "image/tiff"}
    boxes = {"alg": "sha256", "boxes": []}
    assert boxed(spoilt(assertions={"c2pa.hash.boxes": boxes, "c2pa.asset-type.v2": tiff}))
