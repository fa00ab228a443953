"""`manifest_id`: the manifest's address is known before the digest of the asset that names it."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest

from tests.e2e.conftest import body, post
from tests.system.running import Running


def named(asset: bytes, manifest_id: object) -> dict[str, Any]:
    return {**body(asset), "manifest_id": manifest_id}


@pytest.fixture
def manifest_id() -> str:
    return str(uuid.uuid4())


def test_the_address_is_known_before_the_asset_and_serves_its_manifest(
    system: Running, manifest_id: str
) -> None:
    planned = post(system, named(b"unknown yet", manifest_id), query="dry_run=1").json()
    url = planned["manifest_url"]
    assert url == f"{system.state.url}/manifests/load/id/{manifest_id}.c2pa"
    assert system.call("GET", url.removeprefix(system.state.url)).status == 404

    answer = post(system, named(b"an asset that names " + url.encode(), manifest_id))
    assert (answer.status, answer.json()["manifest_url"]) == (200, url)
    assert answer.headers["link"] == f'<{url}>; rel="c2pa-manifest"'
    served = system.call("GET", url.removeprefix(system.state.url))
    assert served.headers["content-type"] == "application/c2pa"
    assert served.headers["access-control-allow-origin"] == "*"
    assert served.body == base64.b64decode(answer.json()["manifest"])


def test_another_asset_never_takes_the_place_of_one_that_names_its_manifest(
    system: Running, manifest_id: str
) -> None:
    first = post(system, named(b"first", manifest_id), **{"Idempotency-Key": manifest_id})
    for asset in (b"second", b"first"):
        refused = post(system, named(asset, manifest_id))
        assert (refused.status, refused.json()["code"]) == (422, "MANIFEST_ID_REUSED")
        assert "sign with a new one" in refused.json()["message"]
    again = post(system, named(b"first", manifest_id), **{"Idempotency-Key": manifest_id})
    assert (again.status, again.json()["manifest"]) == (200, first.json()["manifest"])
    url = first.json()["manifest_url"].removeprefix(system.state.url)
    assert system.call("GET", url).body == base64.b64decode(first.json()["manifest"])

    theirs = post(system, named(b"theirs", manifest_id), tenant="testcorp")
    assert theirs.status == 200
    assert theirs.json()["manifest_url"].endswith(f"/testcorp/id/{manifest_id}.c2pa")
    assert system.call("GET", url).body == base64.b64decode(first.json()["manifest"])


@pytest.mark.parametrize(
    "changed",
    [
        {"manifest_id": str(uuid.uuid4()).upper()},
        {"manifest_id": str(uuid.uuid1())},
        {"manifest_id": "../../acme/id/x"},
        {"manifest_id": ""},
        {"manifest_id": 7},
        {"manifest_id": str(uuid.uuid4()), "embed": {"format": "image/jpeg", "offset": 2}},
    ],
)
def test_what_is_no_identifier_is_refused_by_name(
    system: Running, changed: dict[str, object]
) -> None:
    answer = post(system, {**body(b"an asset"), **changed})
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert answer.json()["message"].startswith("manifest_id")
