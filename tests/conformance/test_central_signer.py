"""What the central signer says beside what the edge says, judged by engines of others."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.credentials.time_stamp_check import checked_token
from edge_signer.signing.manifest.manifest_check import check_manifest
from edge_signer.signing.rules.strict_content import MAX_TEXT_CHARACTERS
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.conformance.rubrics.signed_requests import WITHOUT_INGREDIENTS
from tests.judges.engines import JUDGES, require_all_trust
from tests.judges.jumbf_reader import Box, read_store
from tests.media.sample_assets import png
from tests.signers.central_workshop import CentralWorkshop
from tests.signers.software_signer import ACTIONS, Workshop

ASSET = png()
WORKSHOP = Workshop()
CENTRAL = CentralWorkshop(WORKSHOP)
ENGINES_MARK = "org.contentauth.c2pa_rs"


def said_by(store: bytes) -> dict[str, Any]:
    """All that a manifest means: what differs between engines by design is taken out."""
    (manifest,) = read_store(store).children
    claim = cbor2.loads(manifest.child("c2pa.claim.v2").content[0][1])
    protected = cbor2.loads(manifest.child("c2pa.signature").content[0][1]).value[0]
    claim["claim_generator_info"].pop(ENGINES_MARK, None)
    assert claim["instanceID"].startswith(("xmp:iid:", "xmp.iid:"))
    return {
        "header": cbor2.loads(protected),
        "generator": claim["claim_generator_info"],
        "alg": claim["alg"],
        "created": [one["url"] for one in claim["created_assertions"]],
        "gathered": [one["url"] for one in claim.get("gathered_assertions", [])],
        "assertions": {
            one.label: content_of(one) for one in manifest.child("c2pa.assertions").children
        },
    }


def content_of(box: Box) -> Any:
    ((kind, encoded),) = box.content
    content = json.loads(encoded) if kind == "json" else cbor2.loads(encoded)
    if box.label == "c2pa.hash.data":
        assert not content.pop("pad").strip(b"\0")
    return kind, content


@pytest.mark.parametrize("name", WITHOUT_INGREDIENTS)
def test_both_engines_say_the_same_and_judges_trust_both(name: str) -> None:
    policy_id, said = WITHOUT_INGREDIENTS[name]
    ours = WORKSHOP.sign(ASSET, said, policy_id, tsa=False)
    theirs = CENTRAL.sign(ASSET, said, policy_id, tsa=False).manifest_store

    assert said_by(theirs) == said_by(ours)
    assert check_manifest(theirs, CENTRAL.expected(ASSET, said, policy_id)).time_stamp_token == b""
    require_all_trust(ASSET, "image/png", theirs, WORKSHOP.ca.anchors_pem())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_signs_alike(algorithm: AlgorithmName) -> None:
    edge = Workshop(algorithm)
    signed = CentralWorkshop(edge, algorithm).sign(ASSET)
    assert signed.algorithm == algorithm
    assert said_by(signed.manifest_store) == said_by(edge.sign(ASSET))
    require_all_trust(ASSET, "image/png", signed.manifest_store, edge.ca.anchors_pem())


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["\0", "é" * 12, "2026-01-31T12:00:00Z", "x" * MAX_TEXT_CHARACTERS])
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=10,
)
_CUSTOM = st.dictionaries(
    st.sampled_from(["com.example.desk", "org.example.rights.v2", "com.example.a-b_c"]),
    st.dictionaries(st.text(max_size=6), _JSON, max_size=4),
)


@settings(max_examples=150, deadline=None)
@given(_CUSTOM)
def test_whatever_clients_say_in_words_of_their_own_both_say_it_or_both_refuse(
    custom: dict[str, Any],
) -> None:
    said = {**ACTIONS, **custom}
    try:
        ours = said_by(WORKSHOP.sign(ASSET, said, "demo-policy-v1"))
    except EdgeSignerError as refused:
        with pytest.raises(type(refused)):
            CENTRAL.sign(ASSET, said, "demo-policy-v1")
        return
    theirs = said_by(CENTRAL.sign(ASSET, said, "demo-policy-v1").manifest_store)
    assert repr_exactly(theirs) == repr_exactly(ours)


def repr_exactly(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, default=repr)


def test_a_stamped_manifest_is_trusted_and_its_token_can_be_checked_again() -> None:
    authority = emulated_authority(WORKSHOP.ca)
    roots = roots_of(WORKSHOP.ca.timestamp_anchors_pem())
    with time_stamp_server(Behaviour(authority.reply)) as url:
        stamping = CentralWorkshop(WORKSHOP, authority=HttpTimeStampAuthority(url, roots))
        store = stamping.sign(ASSET, tsa=True).manifest_store
    anchors = WORKSHOP.ca.anchors_pem() + WORKSHOP.ca.timestamp_anchors_pem()
    for judge in JUDGES:
        verdict = judge(ASSET, "image/png", store, anchors)
        assert verdict.trusted, verdict
        results = verdict.report["validation_results"]
        codes = {one["code"] for one in results.get("activeManifest", results)["success"]}
        assert {"timeStamp.validated", "timeStamp.trusted"} <= codes

    checked = check_manifest(store, stamping.expected(ASSET, time_stamped=True))
    payload_sha256 = hashlib.sha256(checked.time_stamp_payload).digest()
    stamp = checked_token(checked.time_stamp_token, payload_sha256, roots())
    assert stamp.token == checked.time_stamp_token
    assert stamp.response.endswith(stamp.token)
    with pytest.raises(EdgeSignerError, match="refused"):
        checked_token(checked.time_stamp_token, bytes(32), roots())
