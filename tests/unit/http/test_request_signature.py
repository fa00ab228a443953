"""Signed requests: what both sides sign, what is refused, and what spends a nonce."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from edge_signer.http.errors import InvalidSignatureError
from edge_signer.http.received import ReceivedRequest
from edge_signer.http.request_signature import (
    RequestSignatures,
    string_to_sign,
)
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import Tenant
from edge_signer_client import signature_headers
from tests.conftest import ROOT

NOW_S = 1_700_000_000
KEY = "example-key-that-nobody-uses"
NONCE = "example-nonce-0001"
SIGNS = Tenant("acme", KEY, hmac_required=True)
MAY_SIGN = Tenant("acme", KEY)
SIGNS_NOT = Tenant("acme")
PAGE = (ROOT / "docs/tenants.md").read_text()


class Spent(DynamoDbReplayGuard):
    """A guard that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int]] = []

    def admit(self, tenant_id: str, nonce: str, remember_until_s: int) -> bool:
        is_new = (tenant_id, nonce) not in [seen[:2] for seen in self.asked]
        self.asked.append((tenant_id, nonce, remember_until_s))
        return is_new


def signed(
    body: bytes = b"{}",
    *,
    key: str = KEY,
    tenant_id: str = "acme",
    target: str = "/edge-sign",
    method: str = "POST",
    timestamp_s: int = NOW_S,
) -> ReceivedRequest:
    headers = signature_headers(
        key, tenant_id, method, target, body, timestamp_s=timestamp_s, nonce=NONCE
    )
    lower = {name.lower(): value for name, value in headers.items()}
    return ReceivedRequest(lower, method, target, body)


def check(tenant: Tenant, request: ReceivedRequest, spent: Spent | None = None) -> None:
    signatures = RequestSignatures(spent or Spent(), clock=lambda: NOW_S + 0.9)
    signatures.check(tenant, request)
    signatures.spend(tenant, request)


def refusal(tenant: Tenant, request: ReceivedRequest) -> str:
    """Why a request is refused, once it is sure that it spent nothing."""
    spent = Spent()
    with pytest.raises(InvalidSignatureError) as refused:
        check(tenant, request, spent)
    assert spent.asked == []
    return refused.value.message


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)\n```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_documented_example_is_what_both_sides_and_openssl_sign() -> None:
    body = block("json").encode()
    shown = dict(line.split(": ") for line in block("http").splitlines())
    made = signature_headers(
        KEY, "acme", "POST", "/edge-sign", body, timestamp_s=NOW_S, nonce=NONCE
    )
    assert made == shown
    request = signed(body)
    assert string_to_sign(request, "acme") == block("text")
    check(SIGNS, request)
    printed = subprocess.run(
        ["bash", "-ec", block("sh")], capture_output=True, text=True, check=True
    )
    assert f"v1={printed.stdout.strip()}" == shown["X-Signature"]


def test_a_query_is_signed_as_it_was_sent() -> None:
    check(SIGNS, signed(target="/edge-sign?dry_run=1&x=%2F"))


@pytest.mark.parametrize(
    "change",
    [{"body": b"{} "}, {"method": "PUT"}, {"target": "/edge-sign?x=1"}, {"target": "/edge-signs"}],
)
def test_every_part_of_the_request_is_signed(change: dict[str, Any]) -> None:
    assert "does not match this request" in refusal(SIGNS, replace(signed(), **change))


@pytest.mark.parametrize("name", ["x-signature-timestamp", "x-signature-nonce"])
def test_timestamp_and_nonce_are_signed(name: str) -> None:
    request = signed()
    changed = {"x-signature-timestamp": str(NOW_S + 1), "x-signature-nonce": "another-nonce-001"}
    headers = {**request.headers, name: changed[name]}
    assert "does not match this request" in refusal(SIGNS, replace(request, headers=headers))


def test_another_key_and_another_tenants_name_sign_nothing() -> None:
    assert "HMAC key" in refusal(SIGNS, signed(key="another"))
    assert "HMAC key" in refusal(SIGNS, signed(tenant_id="testcorp"))


@pytest.mark.parametrize("missing", ["X-Signature-Timestamp", "X-Signature-Nonce", "X-Signature"])
@pytest.mark.parametrize("tenant", [SIGNS, MAY_SIGN], ids=["must", "may"])
def test_what_is_missing_is_named(tenant: Tenant, missing: str) -> None:
    request = signed()
    headers = {name: value for name, value in request.headers.items() if name != missing.lower()}
    assert refusal(tenant, replace(request, headers=headers)).endswith(f"send {missing} too.")


def test_who_must_sign_is_told_and_who_may_is_let_in() -> None:
    unsigned = replace(signed(), headers={})
    assert "must be signed" in refusal(SIGNS, unsigned)
    for tenant in (MAY_SIGN, SIGNS_NOT):
        spent = Spent()
        check(tenant, unsigned, spent)
        assert spent.asked == []


def test_a_signature_that_is_sent_is_checked_though_none_is_asked_for() -> None:
    check(MAY_SIGN, signed())
    assert "does not match this request" in refusal(MAY_SIGN, signed(key="another"))
    assert "no HMAC key" in refusal(SIGNS_NOT, signed())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Signature-Timestamp", "now"),
        ("X-Signature-Timestamp", "-1"),
        ("X-Signature-Timestamp", "1700000000.5"),
        ("X-Signature-Nonce", "short"),
        ("X-Signature-Nonce", "example#nonce#0001"),
        ("X-Signature-Nonce", "x" * 65),
        ("X-Signature", "0" * 64),
        ("X-Signature", "v1=" + "é" * 64),
    ],
)
def test_a_header_of_another_form_is_named(name: str, value: str) -> None:
    request = signed()
    headers = {**request.headers, name.lower(): value}
    assert refusal(SIGNS, replace(request, headers=headers)).startswith(f"{name} must be ")


@pytest.mark.parametrize(("offset_s", "side"), [(-301, "behind"), (301, "ahead of")])
def test_outside_the_window_the_servers_time_is_told(offset_s: int, side: str) -> None:
    told = refusal(SIGNS, signed(timestamp_s=NOW_S + offset_s))
    assert side in told
    assert str(NOW_S) in told


@pytest.mark.parametrize("offset_s", [-300, 300])
def test_a_nonce_is_remembered_for_as_long_as_its_timestamp_is_taken(offset_s: int) -> None:
    spent = Spent()
    check(SIGNS, signed(timestamp_s=NOW_S + offset_s), spent)
    ((tenant_id, nonce, until_s),) = spent.asked
    assert (tenant_id, nonce) == ("acme", NONCE)
    assert until_s > NOW_S + offset_s + 300


def test_a_nonce_is_good_once() -> None:
    spent = Spent()
    check(SIGNS, signed(), spent)
    with pytest.raises(InvalidSignatureError, match="used before"):
        check(SIGNS, signed(), spent)
