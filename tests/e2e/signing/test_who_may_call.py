"""Tokens, allowlist and signed requests over HTTP; a refusal never costs a signature."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from edge_signer_client import signature_headers
from emulator.credentials.tokens import Credential, issue
from tests.e2e.conftest import Faults, body, calls, post, sign_workers
from tests.guards.secrecy import SENT
from tests.system.running import Answer, Running
from tests.system.waiting import wait_for

TENANTS, REQUESTS = "edge-signer-dev-tenants", "edge-signer-dev-requests"
LIMITS = "edge-signer-dev-limits"
BODY = json.dumps(body(b"who may call")).encode()
REFUSED = (401, "INVALID_SIGNATURE")


@pytest.fixture(autouse=True)
def _refusals_cost_no_signature(system: Running, request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare the calls of KMS with the answers that were 200."""
    before = calls(system, "kms.Sign"), len(_signed(system))
    yield
    after = calls(system, "kms.Sign"), len(_signed(system))
    assert after[0] - before[0] == after[1] - before[1], request.node.name


def _signed(system: Running) -> list[tuple[str, str, int]]:
    return [answered for answered in system.notes.requests if answered[1:] == ("/edge-sign", 200)]


def given(system: Running, tenant_id: str, *, with_hmac: bool = False, **more: Any) -> Credential:
    """A token that no worker has seen yet, put into the table with more attributes."""
    credential = issue(tenant_id, with_hmac=with_hmac)
    SENT.keep("token", credential.token)
    SENT.keep("HMAC key", credential.hmac_key)
    item = {**credential.table_item(), **more}
    system.client("dynamodb").put_item(TableName=TENANTS, Item=item)
    return credential


def send(
    system: Running, credential: Credential, content: bytes = BODY, /, **headers: str
) -> Answer:
    return post(system, content, Authorization=f"Bearer {credential.token}", **headers)


def signature(credential: Credential, content: bytes = BODY, **changes: Any) -> dict[str, str]:
    made: dict[str, Any] = {
        "hmac_key": credential.hmac_key,
        "tenant_id": credential.tenant_id,
        "method": "POST",
        "target": "/edge-sign",
        "body": content,
        **changes,
    }
    return signature_headers(**made)


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.json().get("code"))


@pytest.fixture
def signs(system: Running) -> Credential:
    return given(system, "load", with_hmac=True)


def test_a_token_that_has_ended_is_as_unknown_as_a_guess(system: Running) -> None:
    working = given(system, "load", expires_at={"N": str(int(time.time()) + 3600)})
    ended = given(system, "load", expires_at={"N": str(int(time.time()) - 1)})
    assert send(system, working).status == 200
    refused, guessed = send(system, ended), send(system, issue("load"))
    assert told(refused) == told(guessed) == (401, "UNAUTHENTICATED")
    assert refused.body == guessed.body


def test_a_tenant_outside_the_allowlist_is_told_what_to_do(system: Running) -> None:
    refused = send(system, given(system, "stranger"))
    assert told(refused) == (403, "TENANT_NOT_ALLOWED")
    assert "stranger" in refused.json()["message"]
    assert "allowlist" in refused.json()["message"]
    assert send(system, given(system, "newcorp")).status == 200


def test_another_tenants_name_in_header_or_body_is_refused(system: Running) -> None:
    token = given(system, "load")
    in_body = json.dumps(body(b"x", tenant_id="testcorp")).encode()
    for refused in (
        send(system, token, **{"X-Tenant-ID": "testcorp"}),
        send(system, token, in_body),
    ):
        assert told(refused) == (403, "TENANT_NOT_ALLOWED")


def test_a_signed_request_is_good_once(system: Running, signs: Credential) -> None:
    headers = signature(signs)
    assert send(system, signs, **headers).status == 200
    replayed = send(system, signs, **headers)
    assert told(replayed) == REFUSED
    assert "used before" in replayed.json()["message"]
    assert send(system, signs, **signature(signs)).status == 200


def test_an_unsigned_a_late_and_a_wrong_request_are_told_apart(
    system: Running, signs: Credential
) -> None:
    now_s = int(time.time())
    messages = []
    for headers in (
        {},
        signature(signs, timestamp_s=now_s - 400),
        signature(signs, timestamp_s=now_s + 400),
        signature(signs, hmac_key="another"),
    ):
        refused = send(system, signs, **headers)
        assert told(refused) == REFUSED
        assert "bearer" in refused.headers["www-authenticate"].lower()
        messages.append(refused.json()["message"])
    for message, words in zip(
        messages, ("must be signed", "behind", "ahead", "does not match this request"), strict=True
    ):
        assert words in message


def test_a_wrong_signature_spends_no_nonce(system: Running, signs: Credential) -> None:
    headers = signature(signs)
    before = calls(system, "dynamodb.PutItem")
    assert told(send(system, signs, BODY + b" ", **headers)) == REFUSED
    assert calls(system, "dynamodb.PutItem") == before
    assert send(system, signs, **headers).status == 200


def test_who_need_not_sign_must_sign_right(system: Running) -> None:
    may = given(system, "load", with_hmac=True, hmac_required={"BOOL": False})
    assert send(system, may).status == 200
    assert send(system, may, **signature(may)).status == 200
    assert told(send(system, may, **signature(may, hmac_key="another"))) == REFUSED


def test_tenants_cannot_sign_for_each_other_and_do_not_share_nonces(
    system: Running, signs: Credential
) -> None:
    theirs = given(system, "testcorp", with_hmac=True)
    assert told(send(system, signs, **signature(signs, hmac_key=theirs.hmac_key))) == REFUSED
    assert told(send(system, signs, **signature(theirs))) == REFUSED
    nonce = "one-nonce-for-two-tenants"
    assert send(system, signs, **signature(signs, nonce=nonce)).status == 200
    assert send(system, theirs, **signature(theirs, nonce=nonce)).status == 200
    assert told(send(system, theirs, **signature(theirs, nonce=nonce))) == REFUSED


def test_a_request_beyond_the_limits_spends_no_nonce(system: Running) -> None:
    newcomer = given(system, "newcorp", with_hmac=True)
    headers, limits = signature(newcomer), system.client("dynamodb")
    item = {"tenant_id": {"S": "newcorp"}}
    limits.put_item(TableName=LIMITS, Item={**item, "limit_day": {"N": "0"}})
    assert send(system, newcomer, **headers).json()["code"] == "RATE_LIMITED"
    limits.delete_item(TableName=LIMITS, Key=item)
    answers: list[Answer] = []

    def is_let_in() -> bool:
        # For a moment a worker refuses by what it saw last.
        answers.append(send(system, newcomer, **headers))
        return answers[-1].status != 429

    wait_for(is_let_in)
    assert answers[-1].status == 200
    assert send(system, newcomer, **headers).json()["code"] == "INVALID_SIGNATURE"


def test_of_eight_replays_at_once_one_passes(
    system: Running, faults: Faults, signs: Credential
) -> None:
    faults({"service": "dynamodb", "operation": "PutItem", "delay_ms": 500})
    headers = signature(signs)
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda _: send(system, signs, **headers), range(8)))
    assert len(sign_workers(system)) > 1
    assert sorted(told(answer) for answer in answers) == [(200, "None"), *[REFUSED] * 7]


def test_a_body_that_travels_in_base64_is_signed_by_its_bytes(
    system: Running, signs: Credential
) -> None:
    content = b'{"a": "\xff"}'
    assert told(send(system, signs, content, **signature(signs, content))) == (400, "INVALID_JSON")
    in_base64 = signature(signs, base64.b64encode(content))
    assert told(send(system, signs, content, **in_base64)) == REFUSED


@pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
def test_nobody_gets_in_while_dynamodb_is_gone(
    system: Running, faults: Faults, signs: Credential, operation: str
) -> None:
    headers = signature(signs)
    faults({"service": "dynamodb", "operation": operation, "status": 500})
    refused = send(system, signs, **headers)
    assert told(refused) == (503, "STORE_UNAVAILABLE")
    assert refused.headers["retry-after"] == str(refused.json()["retry_after"])
    faults()
    assert send(system, signs, **headers).status == 200


def test_nonces_are_forgotten_by_themselves(system: Running, signs: Credential) -> None:
    dynamodb = system.client("dynamodb")
    lives = dynamodb.describe_time_to_live(TableName=REQUESTS)["TimeToLiveDescription"]
    assert (lives["AttributeName"], lives["TimeToLiveStatus"]) == ("expiration", "ENABLED")
    now_s = int(time.time())
    headers = signature(signs, nonce="a-nonce-to-forget", timestamp_s=now_s)
    assert send(system, signs, **headers).status == 200
    key = {"id": {"S": "replay#load#a-nonce-to-forget"}}
    kept = dynamodb.get_item(TableName=REQUESTS, Key=key)["Item"]
    assert int(kept["expiration"]["N"]) > now_s + 300
