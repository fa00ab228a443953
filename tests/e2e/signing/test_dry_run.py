"""`?dry_run=1`: everything is checked, nothing is signed."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.e2e.conftest import body, calls, post
from tests.system.running import Answer, Running


def tried(system: Running, fields: dict[str, Any], query: str = "dry_run=1") -> Answer:
    return post(system, fields, query=query)


def test_what_would_be_signed_is_told_and_nothing_is(system: Running) -> None:
    before = [calls(system, name) for name in ("kms.Sign", "kms.GetPublicKey", "s3.PutObject")]
    answer = tried(system, body(b"dry"))
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    path = f"/manifests/load/sha256/{hashlib.sha256(b'dry').hexdigest()}.c2pa"
    assert answer.json() == {
        "dry_run": True,
        "policy_id": "newsroom-default-v3",
        "signing_mode": "edge-tbs+remote-es256",
        "manifest_url": system.state.url + path,
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "created": True,
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype"
                            "/digitalCapture",
                        }
                    ],
                    "allActionsIncluded": False,
                },
            }
        ],
    }
    after = [calls(system, name) for name in ("kms.Sign", "kms.GetPublicKey", "s3.PutObject")]
    assert before == after
    assert system.call("GET", path).status == 404


def test_what_would_be_refused_is_refused_alike(system: Running) -> None:
    fields = body(b"dry", assertions={"c2pa.x": {}})
    dry, wet = tried(system, fields), post(system, fields)
    assert (dry.status, dry.json()) == (wet.status, wet.json())


@pytest.mark.parametrize("query", ["dry_run=yes", "dry_run=", "dry_run=1&dry_run=0", "dry_run=2"])
def test_another_value_is_refused_by_name(system: Running, query: str) -> None:
    answer = tried(system, body(b"dry"), query)
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert answer.json()["message"] == "dry_run must be 0 or 1"


def test_zero_signs(system: Running) -> None:
    assert "manifest" in tried(system, body(b"wet"), "dry_run=0").json()
