"""Metadata in their JSON box: the bytes, and what two engines read in them."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.metadata_properties import PROPERTIES, SCHEMAS
from tests.conftest import ROOT
from tests.judges.crjson import read_credentials
from tests.judges.engines import JUDGES, Judge, require_all_trust
from tests.judges.jumbf_reader import Box, read_store
from tests.media.sample_metadata import METADATA
from tests.signers.forgery import forged
from tests.signers.software_signer import ACTIONS, Workshop

ASSET = (ROOT / "examples/rocket-small.jpg").read_bytes()
JSON_UUID = bytes.fromhex("6A736F6E00110010800000AA00389B71")
_workshop = lru_cache(maxsize=1)(Workshop)


@pytest.fixture
def manifest(workshop: Workshop) -> Box:
    (manifest,) = read_store(workshop.sign(ASSET, {**METADATA, **ACTIONS})).children
    return manifest


@pytest.mark.parametrize("label", METADATA)
def test_metadata_are_one_json_box(label: str, manifest: Box) -> None:
    box = manifest.child("c2pa.assertions").child(label)
    assert (box.uuid, box.toggles, box.children) == (JSON_UUID, 3, [])
    ((kind, content),) = box.content
    assert kind == "json"
    assert json.loads(content) == METADATA[label]


@pytest.mark.parametrize("label", METADATA)
def test_the_json_is_compact_with_its_keys_in_order(label: str, manifest: Box) -> None:
    ((_, content),) = manifest.child("c2pa.assertions").child(label).content
    ordered = json.dumps(METADATA[label], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert content == ordered.encode()


def test_the_order_in_which_a_client_writes_changes_no_byte(workshop: Workshop) -> None:
    def boxes(said: dict[str, Any]) -> bytes:
        (manifest,) = read_store(workshop.sign(ASSET, {**ACTIONS, **said})).children
        return manifest.child("c2pa.assertions").payload

    label = "cawg.metadata"
    backwards = dict(reversed(METADATA[label].items()))
    backwards["dc:title"] = dict(reversed(backwards["dc:title"].items()))
    assert boxes({label: backwards}) == boxes({label: METADATA[label]})


def test_a_hashed_uri_covers_each_json_box_and_it_is_gathered(manifest: Box) -> None:
    claim = cbor2.loads(manifest.child("c2pa.claim.v2").content[0][1])
    boxes = {one.label: one for one in manifest.child("c2pa.assertions").children}
    assert claim["gathered_assertions"] == [
        {
            "url": f"self#jumbf=c2pa.assertions/{label}",
            "hash": hashlib.sha256(boxes[label].payload).digest(),
        }
        for label in METADATA
    ]


def test_c2pa_rs_gives_the_metadata_back_unchanged(workshop: Workshop) -> None:
    store = workshop.sign(ASSET, {**ACTIONS, **METADATA})
    read = read_credentials(ASSET, "image/jpeg", store, workshop.ca.anchors_pem())
    # Compared as text, where 2 is not 2.0 and False is not 0.
    for label, said in METADATA.items():
        told = json.dumps(read.assertions[label], sort_keys=True)
        assert told == json.dumps(said, sort_keys=True)


@pytest.mark.parametrize("judge", JUDGES)
def test_an_engine_sees_that_metadata_were_changed(judge: Judge, workshop: Workshop) -> None:
    store = workshop.sign(ASSET, {**ACTIONS, **METADATA})
    changed = store.replace(b"1/250", b"1/500")
    assert changed != store
    verdict = judge(ASSET, "image/jpeg", changed, workshop.ca.anchors_pem())
    assert verdict.failures == ["assertion.hashedURI.mismatch"]


@pytest.mark.parametrize(
    ("label", "content", "bad_for"),
    [
        ("c2pa.metadata", {"dc:format": "x"}, ["c2pa_rs"]),
        ("cawg.metadata", {"@context": {"dc": {"@id": SCHEMAS["dc"]}}, "dc:a": 1}, ["c2pa_rs"]),
        ("cawg.metadata", {"@context": {"dc": SCHEMAS["dc"]}}, ["encypher"]),
        ("cawg.metadata", [], ["c2pa_rs", "encypher"]),
    ],
)
def test_what_an_engine_does_not_take_is_refused_here(
    label: str, content: Any, bad_for: list[str], workshop: Workshop
) -> None:
    with pytest.raises(InvalidAssertionError):
        workshop.sign(ASSET, {**ACTIONS, label: content})
    store = forged(workshop.sign(ASSET), workshop.signer, assertions={label: content})
    anchors = workshop.ca.anchors_pem()
    verdicts = {judge.__name__: judge(ASSET, "image/jpeg", store, anchors) for judge in JUDGES}
    assert [name for name, verdict in verdicts.items() if not verdict.trusted] == bad_for


NAMES = st.sampled_from(["@list", "@value", "en", "", "dc:x", "ex:y", "@context"]) | st.text()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
PREFIXES = st.sampled_from(["ex", "Ex-1", "é", "dc2"]) | st.text(max_size=3)
NAMESPACES = st.sampled_from(["urn:x", "https://é.example/#"]) | st.text() | st.none()
OTHER_SCHEMAS = st.dictionaries(PREFIXES, NAMESPACES, max_size=2)


@st.composite
def metadata(draw: st.DrawFn, *, any_schema: bool) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(PROPERTIES)), max_size=4))
    prefixes = {name.partition(":")[0] for name in names}
    context: dict[str, Any] = {prefix: SCHEMAS[prefix] for prefix in prefixes}
    if any_schema:
        others = draw(OTHER_SCHEMAS)
        context |= others
        named = [prefix for prefix in others if draw(st.booleans())]
        names += [f"{prefix}:{draw(st.just('Name') | st.text(max_size=4))}" for prefix in named]
    return {"@context": context, **{name: draw(VALUES) for name in names}}


CONTENTS = [metadata(any_schema=label != "c2pa.metadata") for label in METADATA]


@given(st.tuples(*CONTENTS))
@settings(max_examples=150, deadline=None)
def test_whatever_metadata_are_accepted_both_engines_trust_the_manifest(
    contents: tuple[dict[str, Any], ...],
) -> None:
    workshop = _workshop()
    said: dict[str, Any] = dict(ACTIONS)
    for label, content in zip(METADATA, contents, strict=True):
        try:
            workshop.sign(ASSET, {**ACTIONS, label: content})
        except InvalidAssertionError:
            continue
        said[label] = content
    store = workshop.sign(ASSET, said)
    require_all_trust(ASSET, "image/jpeg", store, workshop.ca.anchors_pem())
