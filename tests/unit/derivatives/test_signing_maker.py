"""How the derive function signs: as a tenant, by invoking the functions behind the API."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from derivatives.invoked_api import InvokedSession
from derivatives.maker import SigningMaker
from edge_signer.derivatives.errors import (
    DerivativeNotReadyError,
    DerivativeRefusedError,
    UnsuitableOriginalError,
)
from edge_signer.derivatives.variant import Variant
from edge_signer.platform.errors import EdgeSignerError
from edge_signer_client import Credentials
from tests.conftest import ROOT
from tests.media.sample_stores import carrying, empty_store

PHOTOGRAPH = (ROOT / "examples/rocket-small.jpg").read_bytes()
WEBP = Variant(60, "webp")


class Functions:
    """Lambda, with functions that answer as they are told; a signature unless told otherwise."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.events: list[tuple[str, dict[str, Any]]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        event = json.loads(Payload)
        self.events.append((FunctionName, event))
        answer = self.answers.pop(0) if self.answers else signature(event)
        if isinstance(answer, Exception):
            raise answer
        return {**answer, "Payload": io.BytesIO(json.dumps(answer.get("Payload")).encode())}

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(base64.b64decode(event["body"])) for _, event in self.events]


def signature(event: dict[str, Any]) -> dict[str, Any]:
    body = json.loads(base64.b64decode(event["body"]))
    manifest = base64.b64encode(empty_store(body["embed"]["store_bytes"])).decode()
    named = dict.fromkeys(("manifest_url", "signing_mode", "kms_key_id"), "one")
    return answered(200, {**named, "manifest": manifest}, **{"X-Total-Time-MS": "1.0"})


def answered(status: int, document: Any, **headers: str) -> dict[str, Any]:
    return {"Payload": {"statusCode": status, "headers": headers, "body": json.dumps(document)}}


def refusal(status: int, code: str) -> dict[str, Any]:
    return answered(status, {"code": code, "message": "no"})


def maker(functions: Functions, tokens: Any = ("first", "second")) -> SigningMaker:
    named = {"/edge-sign": "sign", "/verify/uploads": "verify"}
    left = list(tokens)

    def session(credentials: Credentials) -> InvokedSession:
        return InvokedSession(functions, named, credentials)

    return SigningMaker(lambda: left.pop(0) if left else None, session, "a-policy-v1")


def test_the_sign_function_gets_the_event_of_a_tenants_request() -> None:
    functions = Functions()
    made = maker(functions).make("news/a.jpg", carrying(PHOTOGRAPH, empty_store(700)), None, WEBP)
    assert made[:4] == b"RIFF"
    [(name, event)] = functions.events
    assert (name, event["routeKey"], event["rawPath"]) == ("sign", "POST /edge-sign", "/edge-sign")
    assert event["headers"]["authorization"] == "Bearer first"
    [body] = functions.sent
    assert body["policy_id"] == "a-policy-v1"
    [parent] = body["ingredients"]
    assert (parent["relationship"], parent["title"]) == ("parentOf", "a.jpg")
    assert base64.b64decode(parent["manifest"]) == empty_store(700)


def test_the_sidecar_comes_before_what_is_inside() -> None:
    functions = Functions()
    inside = carrying(PHOTOGRAPH, empty_store(700))
    maker(functions).make("a.jpg", inside, empty_store(300), WEBP)
    [parent] = functions.sent[0]["ingredients"]
    assert base64.b64decode(parent["manifest"]) == empty_store(300)
    assert parent["format"] == "image/jpeg"


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (refusal(422, "POLICY_VIOLATION"), DerivativeRefusedError, "POLICY_VIOLATION"),
        (refusal(403, "TENANT_NOT_ALLOWED"), DerivativeRefusedError, "TENANT_NOT_ALLOWED"),
        (refusal(401, "UNAUTHENTICATED"), DerivativeNotReadyError, "busy"),
    ],
)
def test_a_refusal_has_the_signers_code(
    answer: Any, error: type[EdgeSignerError], told: str
) -> None:
    with pytest.raises(error, match=told):
        maker(Functions(answer)).make("a.jpg", PHOTOGRAPH, None, WEBP)


def test_a_token_that_was_replaced_is_read_again() -> None:
    functions = Functions(refusal(401, "UNAUTHENTICATED"))
    one = maker(functions)
    with pytest.raises(DerivativeNotReadyError):
        one.make("a.jpg", PHOTOGRAPH, None, WEBP)
    assert one.make("a.jpg", PHOTOGRAPH, None, WEBP)
    sent = [event["headers"]["authorization"] for _, event in functions.events]
    assert sent == ["Bearer first", "Bearer second"]


def test_without_a_token_nothing_is_invoked() -> None:
    functions = Functions()
    with pytest.raises(DerivativeRefusedError, match="no token"):
        maker(functions, tokens=()).make("a.jpg", PHOTOGRAPH, None, WEBP)
    assert functions.events == []


@pytest.mark.parametrize(
    "answer",
    [
        {"FunctionError": "Unhandled", "Payload": {"errorMessage": "died"}},
        ConnectTimeoutError(endpoint_url="https://lambda.invalid"),
    ],
)
def test_an_invocation_that_fails_is_repeated(answer: Any) -> None:
    functions = Functions(answer)
    assert maker(functions).make("a.jpg", PHOTOGRAPH, None, WEBP)
    keys = {event["headers"]["idempotency-key"] for _, event in functions.events}
    assert (len(functions.events), len(keys)) == (2, 1)


def test_an_original_that_cannot_be_read_is_told_before_anything_is_sent() -> None:
    functions = Functions()
    for content in (b"plain text", PHOTOGRAPH[:3000]):
        with pytest.raises(UnsuitableOriginalError):
            maker(functions).make("a.jpg", content, None, WEBP)
    assert functions.events == []
