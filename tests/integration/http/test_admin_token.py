"""Operators by their tokens, as a real parameter of SSM knows them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from edge_signer.http.admin_token import AdminTokens, admin_tokens_parameter
from edge_signer.http.errors import UnauthenticatedError
from edge_signer.platform.errors import StoreUnavailableError
from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.http.message import Request

TOKEN = "correct horse battery staple"
SHA256 = hashlib.sha256(TOKEN.encode()).hexdigest()


class Desk:
    """A parameter of its own, and who it lets in."""

    def __init__(self, host: ServiceHost) -> None:
        self._host = host
        self.ssm = in_process_services(host).ssm
        self.parameter = admin_tokens_parameter(uuid4().hex[:8])
        self.tokens = AdminTokens(self.ssm, self.parameter)

    def put(self, value: Any) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.ssm.put_parameter(Name=self.parameter, Value=text, Type="SecureString", Overwrite=True)

    def faults(self, *rules: dict[str, Any]) -> None:
        self._host.answer(Request("PUT", "/_emulator/faults", body=json.dumps(rules).encode()))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(AdminTokens, "FRESH_S", 0.0)
    monkeypatch.setattr(AdminTokens, "RETRY_S", 0.0)
    desk = Desk(moto_host())
    yield desk
    desk.faults()


@pytest.mark.parametrize(
    "headers",
    [
        {"x-admin-token": TOKEN},
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer  {TOKEN} "},
        {"x-admin-token": TOKEN, "authorization": "Bearer other"},
    ],
)
def test_an_operator_is_known_by_name(desk: Desk, headers: dict[str, str]) -> None:
    desk.put({"eve": "0" * 64, "alice": SHA256})
    assert desk.tokens.require(headers) == "alice"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-admin-token": ""},
        {"x-admin-token": "guess"},
        {"x-admin-token": SHA256},
        {"x-admin-token": TOKEN + "x" * 1000},
        {"authorization": TOKEN},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": f"Basic {TOKEN}"},
        {"x-admin-token": "guess", "authorization": f"Bearer {TOKEN}"},
        {"x-admin-token": "\N{GRINNING FACE}\ud800"},
    ],
)
def test_nobody_else_is_let_in(desk: Desk, headers: dict[str, str]) -> None:
    desk.put({"alice": SHA256})
    with pytest.raises(UnauthenticatedError):
        desk.tokens.require(headers)


def test_all_are_compared_in_constant_time_whoever_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"alice": SHA256, "eve": "0" * 64}
    desk.put(known)
    compared: list[Any] = []
    compare = hmac.compare_digest

    def counted(one: Any, other: Any) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    assert desk.tokens.require({"x-admin-token": TOKEN}) == "alice"
    with pytest.raises(UnauthenticatedError):
        desk.tokens.require({"x-admin-token": "guess"})
    assert compared == list(known.values()) * 2


def test_a_token_that_was_taken_away_is_refused(desk: Desk) -> None:
    desk.put({"alice": SHA256})
    assert desk.tokens.require({"x-admin-token": TOKEN}) == "alice"
    desk.put({"eve": "0" * 64})
    with pytest.raises(UnauthenticatedError):
        desk.tokens.require({"x-admin-token": TOKEN})


def test_without_the_parameter_there_are_no_operators(desk: Desk) -> None:
    with pytest.raises(UnauthenticatedError):
        desk.tokens.require({"x-admin-token": TOKEN})


@pytest.mark.parametrize(
    "value",
    [
        *("[]", "{", '"x"'),
        *({"alice": "x"}, {"alice": 1}, {"A b": SHA256}, {"Alice": SHA256}),
        {"alice": SHA256, "eve": None},
    ],
)
def test_a_parameter_that_cannot_be_read_lets_nobody_in(desk: Desk, value: Any) -> None:
    desk.put(value)
    with pytest.raises(StoreUnavailableError):
        desk.tokens.require({"x-admin-token": TOKEN})


def test_an_ssm_that_fails_lets_nobody_in_whoever_was_known_before(desk: Desk) -> None:
    desk.put({"alice": SHA256})
    assert desk.tokens.require({"x-admin-token": TOKEN}) == "alice"
    desk.faults({"service": "ssm", "status": 500})
    for token in (TOKEN, "guess"):
        with pytest.raises(StoreUnavailableError):
            desk.tokens.require({"x-admin-token": token})
    desk.faults()
    assert desk.tokens.require({"x-admin-token": TOKEN}) == "alice"


def test_guesses_do_not_press_on_ssm(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AdminTokens, "FRESH_S", 1000.0)
    monkeypatch.setattr(AdminTokens, "RETRY_S", 1000.0)
    knowing = AdminTokens(desk.ssm, desk.parameter)
    with pytest.raises(UnauthenticatedError):
        knowing.require({"x-admin-token": "guess"})
    failing = AdminTokens(desk.ssm, desk.parameter)
    desk.faults({"service": "ssm", "status": 500})
    with pytest.raises(StoreUnavailableError):
        failing.require({"x-admin-token": "guess"})
    # Both would know better, were they to ask.
    desk.faults()
    desk.put({"alice": SHA256})
    with pytest.raises(UnauthenticatedError):
        knowing.require({"x-admin-token": TOKEN})
    with pytest.raises(StoreUnavailableError):
        failing.require({"x-admin-token": TOKEN})
