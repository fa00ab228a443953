"""Redactions and update manifests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any

import pytest

from central_signer.verification.embedded_store import embedded_store
from edge_signer.signing.errors import (
    InvalidAssertionError,
    InvalidIngredientError,
)
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.signing.ingredients.planner import IngredientPlanner
from edge_signer.signing.ingredients.sources import IngredientSources
from edge_signer.signing.layout.earlier_store import earlier_store
from edge_signer.signing.manifest.cbor_reader import read_cbor
from edge_signer.signing.manifest.embedding import UPDATABLE, Embedding
from edge_signer.signing.rules.redactions import Redaction
from tests.conformance.ingredients.chains import (
    assertion,
    manifests,
    opened,
    policy,
    require_trusted,
    roots,
)
from tests.judges.engines import c2pa_rs
from tests.judges.verifying import verified
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.forgery import forged
from tests.signers.software_signer import ACTIONS, Workshop


def redactions(*uris: str, reason: str | None = None) -> Sequence[Redaction]:
    return [Redaction(one, reason) for one in uris]


def exif(store: bytes, manifest: int = -1) -> str:
    return f"self#jumbf=/c2pa/{manifests(store)[manifest].label}/c2pa.assertions/c2pa.metadata"


METADATA = {
    "c2pa.metadata": {
        "@context": {"exif": "http://ns.adobe.com/exif/1.0/"},
        "exif:GPSLatitude": "39,21.102N",
    }
}


@pytest.mark.parametrize("manifest", [0, 1])
def test_a_redacted_assertion_is_gone_and_the_chain_holds(
    newsroom: Workshop, photograph: bytes, manifest: int
) -> None:
    created = {
        "action": "created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    first = newsroom.sign(photograph, {"c2pa.actions.v2": [created], **METADATA})
    second = newsroom.sign(
        photograph,
        {**opened(), **METADATA},
        ingredients=[Ingredient("parentOf", manifest_store=first)],
    )
    uri = exif(second, manifest)

    def redacted(reason: str | None) -> bytes:
        store = newsroom.sign(
            photograph,
            opened(),
            ingredients=[Ingredient("parentOf", manifest_store=second)],
            redactions=redactions(uri, reason=reason),
        )
        assert store.count(b"39,21.102N") == 1
        assert read_cbor(_claim(store))["redacted_assertions"] == [uri]
        return store

    store = redacted(None)
    require_trusted(photograph, store, roots(newsroom))
    report = verified(photograph, newsroom.trust, store)
    assert report.trusted
    assert report.manifest.redactions == (uri,)
    # encypher-c2pa does not find what a c2pa.redacted action names, c2pa-rs's own not either.
    stated = redacted("c2pa.PII.present")
    assert assertion(stated, "c2pa.actions.v2")["actions"][-1] == {
        "action": "c2pa.redacted",
        "reason": "c2pa.PII.present",
        "parameters": {"redacted": uri},
    }
    assert c2pa_rs(photograph, "image/jpeg", stated, roots(newsroom)).trusted
    assert verified(photograph, newsroom.trust, stated).trusted


def test_what_is_not_there_cannot_be_redacted(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph).store
    with pytest.raises(InvalidIngredientError, match=r"^redactions\[0\].uri"):
        newsroom.sign(
            photograph,
            opened(),
            ingredients=[Ingredient("parentOf", manifest_store=parent)],
            redactions=redactions(exif(parent)),
        )


def test_an_update_manifest_has_no_binding_of_its_own(
    newsroom: Workshop, photograph: bytes
) -> None:
    first = newsroom.sign(photograph)
    store = newsroom.sign(
        photograph,
        opened({"action": "published"}),
        ingredients=[Ingredient("parentOf", manifest_store=first)],
        is_update=True,
    )
    assert manifests(store)[-1].kind == "c2um"
    (assertions,) = (one for one in manifests(store)[-1].children if one.kind == "c2as")
    assert {one.label for one in assertions.children} == {"c2pa.ingredient.v3", "c2pa.actions.v2"}
    require_trusted(photograph, store, roots(newsroom))
    other = photograph[:-2] + b"\xff\xfe\x00\x03!\xff\xd9"
    assert not c2pa_rs(other, "image/jpeg", store, roots(newsroom)).trusted


def test_an_update_of_another_file_is_refused(newsroom: Workshop, photograph: bytes) -> None:
    first = newsroom.sign(photograph)
    kept = len(newsroom.store.kept)
    with pytest.raises(InvalidIngredientError, match=r"dataHash.mismatch"):
        newsroom.sign(
            photograph + b"!",
            opened(),
            ingredients=[Ingredient("parentOf", manifest_store=first)],
            is_update=True,
        )
    assert len(newsroom.store.kept) == kept


def test_an_update_of_changed_credentials_is_refused(newsroom: Workshop, photograph: bytes) -> None:
    first = newsroom.sign(photograph)
    forged = first[:-1] + bytes([first[-1] ^ 1])
    with pytest.raises(InvalidIngredientError, match=r"claimSignature.mismatch"):
        newsroom.sign(
            photograph,
            opened(),
            ingredients=[Ingredient("parentOf", manifest_store=forged)],
            is_update=True,
        )


def test_an_update_with_an_action_that_changes_pixels_is_refused(
    newsroom: Workshop, photograph: bytes
) -> None:
    first = newsroom.sign(photograph)
    with pytest.raises(InvalidAssertionError, match=r"actions\[1\] is c2pa.cropped"):
        newsroom.sign(
            photograph,
            opened(
                {
                    "action": "cropped",
                    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/"
                    "humanEdits",
                }
            ),
            ingredients=[Ingredient("parentOf", manifest_store=first)],
            is_update=True,
        )


def _claim(store: bytes) -> bytes:
    (claim,) = (one for one in manifests(store)[-1].children if one.kind == "c2cl")
    return claim.content("cbor")


def test_what_another_ingredient_redacts_is_not_brought_along(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    first = newsroom.sign(photograph, {**ACTIONS, **METADATA})
    uri = exif(first)
    other = forged(camera.sign(photograph), camera.signer, claim={"redacted_assertions": [uri]})
    alone = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=other)]
    )
    require_trusted(photograph, alone, roots(newsroom, camera))
    with pytest.raises(InvalidIngredientError, match=r"^ingredients: .*notRedacted"):
        newsroom.sign(
            photograph,
            opened(),
            ingredients=[
                Ingredient("parentOf", manifest_store=other),
                Ingredient("inputTo", manifest_store=first),
            ],
        )


def with_another_binding(store: bytes, photograph: bytes) -> bytes:
    digest = hashlib.sha256(photograph).digest()
    assert store.count(digest) == 1
    return store.replace(digest, bytes(32))


def test_what_another_ingredient_redacts_is_found_inside_an_inline_asset_too(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    _, carrying = embedded(newsroom, photograph, 8192, assertions={**ACTIONS, **METADATA})
    uri = exif(earlier_store(carrying) or b"")
    other = forged(camera.sign(photograph), camera.signer, claim={"redacted_assertions": [uri]})
    nowhere: Any = None
    newsroom.planner = IngredientPlanner(
        IngredientSources(nowhere, None).read, lambda: newsroom.trust
    )
    with pytest.raises(InvalidIngredientError, match=r"^ingredients: .*notRedacted"):
        newsroom.sign(
            photograph,
            opened(),
            ingredients=[
                Ingredient("parentOf", manifest_store=other),
                Ingredient("inputTo", asset=carrying),
            ],
        )


@pytest.mark.parametrize("place", [None, Embedding("image/jpeg", 2, 20_000)])
def test_an_update_of_what_is_no_longer_bound_is_refused(
    newsroom: Workshop, photograph: bytes, place: Embedding | None
) -> None:
    """Also where the signer never learns the digest of the file."""
    first = with_another_binding(newsroom.sign(photograph), photograph)
    with pytest.raises(InvalidIngredientError, match=r"^ingredients: .*hardBindings.missing"):
        newsroom.sign(
            photograph if place is None else bytes(32),
            opened(),
            embedding=place,
            ingredients=[Ingredient("parentOf", manifest_store=first)],
            is_update=True,
        )


def test_a_check_of_the_file_counts_for_what_an_update_updates(
    newsroom: Workshop, photograph: bytes
) -> None:
    policy(newsroom, trusted_clients=("acme",))
    first = newsroom.sign(photograph)
    update = newsroom.sign(
        photograph,
        opened(),
        ingredients=[Ingredient("parentOf", manifest_store=first)],
        is_update=True,
    )
    checked = Ingredient("parentOf", manifest_store=update, asset_checked=True)
    store = newsroom.sign(photograph, opened(), ingredients=[checked])
    results = assertion(store, "c2pa.ingredient.v3")["validationResults"]["activeManifest"]
    (match,) = (one for one in results["success"] if one["code"] == "assertion.dataHash.match")
    assert match["url"] == exif(first).replace("c2pa.metadata", "c2pa.hash.data")
    require_trusted(photograph, store, roots(newsroom))


def test_nobody_can_have_checked_a_binding_that_was_changed(
    newsroom: Workshop, photograph: bytes
) -> None:
    policy(newsroom, trusted_clients=("acme",))
    first = with_another_binding(newsroom.sign(photograph), photograph)
    checked = Ingredient("parentOf", manifest_store=first, asset_checked=True)
    with pytest.raises(InvalidIngredientError, match="asset_checked must be absent"):
        newsroom.sign(photograph, opened(), ingredients=[checked])


UPDATED = [one for one in SAMPLE_ASSETS.values() if one.media_type in UPDATABLE]


@pytest.mark.parametrize("sample", UPDATED, ids=lambda one: one.media_type)
def test_an_update_stands_in_the_place_of_what_it_updates(
    newsroom: Workshop, sample: SampleAsset
) -> None:
    _, first = embedded(newsroom, sample.content)
    parent = Ingredient("parentOf", manifest_store=embedded_store(io.BytesIO(first)))
    _, updated = embedded(
        newsroom,
        sample.content,
        16_384,
        assertions=opened({"action": "published"}),
        ingredients=[parent],
        is_update=True,
    )
    require_trusted(updated, None, roots(newsroom), sample.media_type)
