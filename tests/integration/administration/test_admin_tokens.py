"""Operators' tokens in a real parameter of SSM."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from edge_signer.http.admin_token import AdminTokens
from edge_signer.http.errors import UnauthenticatedError
from edge_signer.platform.errors import StoreUnavailableError
from tests.integration.administration.conftest import Office


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


OPERATORS = {"ada": sha256("secret of ada"), "grace": sha256("secret of grace")}


@pytest.fixture
def tokens(office: Office, monkeypatch: pytest.MonkeyPatch) -> AdminTokens:
    monkeypatch.setattr(AdminTokens, "FRESH_S", 0.0)
    monkeypatch.setattr(AdminTokens, "RETRY_S", 0.0)
    office.put("tokens", json.dumps(OPERATORS))
    return AdminTokens(office.aws.ssm, f"{office.folder}/tokens")


def require(tokens: AdminTokens, token: str) -> str:
    return tokens.require({"authorization": f"Bearer {token}"})


def test_the_holder_of_a_token_is_its_operator(tokens: AdminTokens) -> None:
    assert require(tokens, "secret of ada") == "ada"
    assert tokens.require({"authorization": "bearer  secret of grace "}) == "grace"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "secret of ada",
        "Basic secret of ada",
        "Bearer secret of bob",
        "Bearer " + OPERATORS["ada"],
        "Bearer " + "x" * 10_000,
        "Bearer \udcff",
    ],
)
def test_everybody_else_is_refused(tokens: AdminTokens, header: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        tokens.require({} if header is None else {"authorization": header})


def test_all_are_compared_in_constant_time_whoever_it_is(
    tokens: AdminTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []
    compare = hmac.compare_digest

    def counted(one: Any, other: Any) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    for token in ("secret of ada", "secret of grace"):
        require(tokens, token)
    with pytest.raises(UnauthenticatedError):
        require(tokens, "nobody's")
    assert compared == list(OPERATORS.values()) * 3


def test_a_token_that_was_taken_away_is_refused(office: Office, tokens: AdminTokens) -> None:
    assert require(tokens, "secret of ada") == "ada"
    office.put("tokens", json.dumps({"grace": OPERATORS["grace"]}))
    with pytest.raises(UnauthenticatedError):
        require(tokens, "secret of ada")


def test_where_ssm_fails_nobody_is_let_in_whoever_was_before(
    office: Office, tokens: AdminTokens
) -> None:
    assert require(tokens, "secret of ada") == "ada"
    office.faults({"service": "ssm", "status": 500})
    for token in ("secret of ada", "guess"):
        with pytest.raises(StoreUnavailableError):
            require(tokens, token)
    office.faults()
    assert require(tokens, "secret of ada") == "ada"


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '"x"',
        '{"ada": "short"}',
        '{"ada": 1}',
        '{"Ada": "' + "0" * 64 + '"}',
        json.dumps({**OPERATORS, "bob": None}),
    ],
)
def test_a_parameter_that_is_broken_lets_nobody_in(
    office: Office, tokens: AdminTokens, text: str
) -> None:
    office.put("tokens", text)
    with pytest.raises(StoreUnavailableError):
        require(tokens, "secret of ada")


def test_without_a_parameter_there_are_no_operators(office: Office) -> None:
    with pytest.raises(UnauthenticatedError):
        require(AdminTokens(office.aws.ssm, f"{office.folder}/none"), "secret of ada")


def test_guesses_do_not_use_up_the_reads_of_ssm(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("tokens", json.dumps(OPERATORS))
    for age in ("FRESH_S", "RETRY_S"):
        monkeypatch.setattr(AdminTokens, age, 1000.0)
    reads: list[str] = []
    office.aws.ssm.meta.events.register(
        "before-call.ssm.GetParameter", lambda **_: reads.append("read")
    )
    for broken in ({}, {"service": "ssm", "status": 500}):
        office.faults(*([broken] if broken else []))
        asked = AdminTokens(office.aws.ssm, f"{office.folder}/tokens")
        reads.clear()
        for _ in range(20):
            with pytest.raises((UnauthenticatedError, StoreUnavailableError)):
                require(asked, "guess")
        assert reads == ["read"]
    office.faults()
