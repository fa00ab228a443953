"""The search for leaked secrets finds them: it would be worth nothing if it never could."""

from __future__ import annotations

import base64
import json

import pytest

from tests.guards.secrecy import Secrets

TOKEN = "a-token-of-forty-three-characters-as-issued"
ASSET = b"an asset that nobody else may see, in full"
BODY = {"asset_inline": base64.b64encode(ASSET).decode()}


@pytest.fixture
def secrets() -> Secrets:
    secrets = Secrets()
    secrets.keep("HMAC key", "a-key-of-many-characters-as-issued")
    secrets.keep_request(json.dumps(BODY).encode(), {"Authorization": f"Bearer {TOKEN}"})
    return secrets


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f'{{"authorization": "Bearer {TOKEN}"}}', "token"),
        (f"Bearer {TOKEN[:30]}...", "token"),
        ("key a-key-of-many-characters-as-issued", "HMAC key"),
        (json.dumps(BODY), "inline asset"),
        (f"asset {ASSET!r}", "inline asset, decoded"),
    ],
)
def test_a_leak_is_found_and_named_without_repeating_it(
    secrets: Secrets, line: str, what: str
) -> None:
    written = {"clean.log": b"all is well", "worker.log": b"before\n" + line.encode()}
    assert secrets.found_in(written) == [f"{what} in worker.log"]


def test_what_is_no_secret_is_no_leak(secrets: Secrets) -> None:
    secrets.keep("token", "guess")
    secrets.keep("token", None)
    assert secrets.found_in({"a.log": b"somebody's guess"}) == []
