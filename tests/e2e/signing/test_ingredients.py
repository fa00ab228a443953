"""Ingredients over HTTP: where their credentials come from, and whose they may be."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.calls.verify_requests import in_base64, post_verify, upload
from tests.e2e.conftest import body, post
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import EXAMPLES
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.running import Answer, Running

OPENED = {"c2pa.actions": {"actions": [{"action": "opened"}], "allActionsIncluded": True}}
POLICY = "newsroom-default-v3"
OPENING = {"assertions": OPENED, "policy_id": POLICY}


def edit(photograph: bytes, parent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    one = {"relationship": "parentOf", "title": "harbour.jpg", **parent}
    asked = {"assertions": OPENED, "policy_id": POLICY, "ingredients": [one], **changes}
    return body(photograph, **asked)


def signed(system: Running, photograph: bytes, tenant: str = "load") -> dict[str, Any]:
    answer = post(system, body(photograph, policy_id=POLICY), tenant=tenant)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json()
    return found


def require_trusted(system: Running, photograph: bytes, answer: Answer) -> bytes:
    assert answer.status == 200, answer
    store = base64.b64decode(answer.json()["manifest"])
    require_all_trust(photograph, "image/jpeg", store, Path(system.state.anchors).read_text())
    return store


@pytest.mark.parametrize("place", ["manifest", "manifest_url", "upload_id"])
def test_a_parents_credentials_come_from_the_request_from_here_or_from_an_upload(
    system: Running, photograph: bytes, place: str
) -> None:
    parent = signed(system, photograph)
    where = {
        "manifest": parent["manifest"],
        "manifest_url": parent["manifest_url"],
        "upload_id": upload(system, base64.b64decode(parent["manifest"])),
    }
    answer = post(system, edit(photograph, {place: where[place]}))
    store = require_trusted(system, photograph, answer)
    assert base64.b64decode(parent["manifest"])[38:] in store
    assert "ingredients;dur=" in answer.headers["server-timing"]
    report = post_verify(
        system,
        {
            "asset_inline": in_base64(photograph),
            "media_type": "image/jpeg",
            "manifest": in_base64(store),
        },
    ).json()
    assert report["ingredients"][0]["verdict"] == "Trusted", report["ingredients"]
    assert report["ingredients"][0]["title"] == "harbour.jpg"


def test_another_tenants_manifests_and_uploads_are_out_of_reach(
    system: Running, photograph: bytes
) -> None:
    theirs = signed(system, photograph, tenant="testcorp")
    their_upload = upload(system, base64.b64decode(theirs["manifest"]), tenant="testcorp")
    for place in ({"manifest_url": theirs["manifest_url"]}, {"upload_id": their_upload}):
        answer = post(system, edit(photograph, place))
        assert (answer.status, answer.json()["code"]) == (422, "INVALID_INGREDIENT")
        assert answer.json()["message"].startswith("ingredients[0]")
    # The manifest itself is public, and so anybody may send it.
    require_trusted(
        system, photograph, post(system, edit(photograph, {"manifest": theirs["manifest"]}))
    )


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/manifests/load/x.c2pa",
        "https://example.com/a.c2pa",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_is_fetched(system: Running, photograph: bytes, address: str) -> None:
    answer = post(system, edit(photograph, {"manifest_url": address}))
    assert (answer.status, answer.json()["code"]) == (422, "INVALID_INGREDIENT")
    assert "nothing else is fetched" in answer.json()["message"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"relationship": "childOf"}, "ingredients[0].relationship"),
        ({"manifest": "AA==", "manifest_url": "https://x"}, "ingredients[0]: send one of"),
        ({"manifest": ""}, "ingredients[0].manifest: the manifest store is empty"),
        ({"manifest": "!"}, "ingredients[0].manifest is not base64"),
        ({"id": "a b"}, "ingredients[0].id"),
        (
            {"thumbnail": {"format": "image/gif", "content": "AA=="}},
            "ingredients[0].thumbnail.format",
        ),
        ({"thumbnail": {"format": "image/png", "content": ""}}, "ingredients[0].thumbnail.content"),
        (
            {"thumbnail": {"format": "image/png", "content": "PGh0bWw+"}},
            "ingredients[0].thumbnail.content is no file of the type image/png",
        ),
        ({"format": "JPEG"}, "ingredients[0].format: must be a media type in lower case"),
        ({"upload_id": "mine"}, "ingredients[0].upload_id: must be the upload_id of an answer"),
        ({"size": 7}, "ingredients[0].size"),
        ({"in_asset": True}, "ingredients[0].in_asset needs asset_inline"),
    ],
)
def test_what_is_wrong_with_an_ingredient_is_said_with_its_place(
    system: Running, photograph: bytes, changed: dict[str, Any], message: str
) -> None:
    answer = post(system, edit(photograph, changed))
    assert answer.status == 400
    assert message in answer.json()["message"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"update": True, "embed": {"format": "image/webp", "offset": 30, "store_bytes": 9000}},
            "update: embed.format must be one of image/gif, image/jpeg, image/png",
        ),
        ({"ingredients": [], "update": True}, "update needs exactly one ingredient"),
        (
            {
                "ingredients": [
                    {
                        "relationship": "parentOf",
                        "thumbnail": {"format": "image/png", "content": "iVBORw0KGgo="},
                    }
                ],
                "update": True,
            },
            "ingredients[0].thumbnail must be absent with update",
        ),
        ({"ingredients": [{"relationship": "inputTo"}] * 33}, "ingredients"),
        ({"ingredients": [{"relationship": "parentOf"}] * 2}, "only one of them may be parentOf"),
        (
            {"ingredients": [], "redactions": [{"uri": "self#jumbf=/c2pa/a/c2pa.assertions/b"}]},
            "redactions",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    system: Running, photograph: bytes, more: dict[str, Any], message: str
) -> None:
    answer = post(system, edit(photograph, {}, **more))
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert message in answer.json()["message"]


def inline(asset: bytes) -> dict[str, Any]:
    return {"asset_inline": in_base64(asset), "embed": True}


def test_an_inline_asset_that_carries_credentials_becomes_its_own_parent(
    system: Running,
) -> None:
    small = (EXAMPLES / "rocket-small.jpg").read_bytes()
    first = post(system, body(small, **inline(small), policy_id=POLICY))
    assert first.status == 200, first
    carrying = base64.b64decode(first.json()["asset"])
    asked = body(carrying, **inline(carrying), policy_id=POLICY, assertions=OPENED)
    refused = post(system, body(carrying, **inline(carrying), policy_id=POLICY))
    assert (refused.status, refused.json()["code"]) == (422, "ALREADY_SIGNED")
    assert '"in_asset": true' in refused.json()["message"]

    own = {"ingredients": [{"relationship": "parentOf", "in_asset": True}]}
    again = post(system, {**asked, **own})
    # The signer has seen the file, so it says that the binding holds.
    store = require_embedded(system, again)
    assert b"assertion.dataHash.match" in store
    assert base64.b64decode(first.json()["manifest"])[38:] in store

    changed = carrying[:-2] + b"!" + carrying[-2:]
    recorded = post(system, {**asked, **body(changed, **inline(changed)), **OPENING, **own})
    assert b"assertion.dataHash.mismatch" in require_embedded(system, recorded)


def test_an_inline_asset_whose_credentials_cannot_be_read_is_refused(system: Running) -> None:
    asset = b"no picture"
    own = [{"relationship": "parentOf", "in_asset": True}]
    asked = body(asset, asset_inline=in_base64(asset), policy_id=POLICY, assertions=OPENED)
    refused = post(system, {**asked, "ingredients": own})
    assert (refused.status, refused.json()["code"]) == (422, "INVALID_INGREDIENT")
    assert refused.json()["message"].startswith("ingredients[0].in_asset")


def require_embedded(system: Running, answer: Answer) -> bytes:
    assert answer.status == 200, answer
    asset = base64.b64decode(answer.json()["asset"])
    require_all_trust(asset, "image/jpeg", None, Path(system.state.anchors).read_text())
    return base64.b64decode(answer.json()["manifest"])


def test_a_dry_run_shows_what_would_be_recorded(system: Running, photograph: bytes) -> None:
    camera = Workshop(name="Camera")
    parent = in_base64(signed_by_c2pa_rs(camera, photograph).store)
    answer = post(system, edit(photograph, {"manifest": parent}), query="dry_run=1")
    assert answer.status == 200, answer
    (ingredient, *_) = answer.json()["assertions"]
    assert ingredient["label"] == "c2pa.ingredient.v3"
    recorded = ingredient["data"]["validationResults"]["activeManifest"]
    assert [one["code"] for one in recorded["failure"]] == ["signingCredential.untrusted"]


def test_the_same_request_again_gets_the_same_answer(system: Running, photograph: bytes) -> None:
    parent = signed(system, photograph)
    asked = edit(photograph, {"upload_id": upload(system, base64.b64decode(parent["manifest"]))})
    key = {"Idempotency-Key": parent["manifest_url"][-40:-5]}
    answers = [post(system, asked, **key) for _ in range(2)]
    assert answers[0].json()["manifest"] == answers[1].json()["manifest"]
    assert answers[1].headers["idempotency-replayed"] == "true"


def test_a_large_manifest_is_answered_again_too(system: Running, photograph: bytes) -> None:
    """The table that remembers answers takes 400 KB."""
    parent = signed_by_c2pa_rs(Workshop(name="Camera"), photograph, note="harbour" * 100_000).store
    asked = edit(photograph, {"upload_id": upload(system, parent)})
    key = {"Idempotency-Key": hashlib.sha256(parent).hexdigest()}
    first = post(system, asked, **key)
    assert first.status == 200, first
    # Another version of the same asset's manifest is stored in between.
    signed(system, photograph)
    again = post(system, asked, **key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert len(base64.b64decode(first.json()["manifest"])) > len(parent)
