"""Which tenant a command names: acme on the emulator, and nobody unasked on another API."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from cli.api_access import TenantOptions, tenant_access
from emulator.local_state import LocalState, TenantToken

ELSEWHERE = "https://api.example.com"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    tenants = (TenantToken("acme", "acme's"), TenantToken("load", "load's"))
    LocalState("http://127.0.0.1:3000", tenants, "", "", "", os.getpid(), "").save(tmp_path)
    return tmp_path


def test_on_the_emulator_the_tenant_is_acme_unless_another_is_named(state: Path) -> None:
    access = tenant_access(TenantOptions(None, None, None, None, state))
    assert (access.credentials.tenant_id, access.credentials.token) == ("acme", "acme's")
    access = tenant_access(TenantOptions(None, None, None, "load", state))
    assert (access.credentials.tenant_id, access.credentials.token) == ("load", "load's")


def test_with_a_url_the_token_decides_unless_a_tenant_is_named(state: Path) -> None:
    access = tenant_access(TenantOptions(ELSEWHERE, "t", None, None, state))
    assert (access.url, access.credentials.tenant_id) == (ELSEWHERE, None)
    access = tenant_access(TenantOptions(ELSEWHERE, "t", "key", "newcorp", state))
    assert (access.credentials.tenant_id, access.credentials.hmac_key) == ("newcorp", "key")


def test_with_a_url_a_signed_request_needs_its_tenant(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        tenant_access(TenantOptions(ELSEWHERE, "t", "key", None, state))
    assert ended.value.exit_code == 2
    assert "--tenant" in capsys.readouterr().err


def test_a_token_on_the_emulator_knows_its_tenant_too(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    credentials = tenant_access(TenantOptions(None, "load's", None, None, state)).credentials
    assert (credentials.token, credentials.tenant_id) == ("load's", None)
    with pytest.raises(typer.Exit) as ended:
        tenant_access(TenantOptions(None, None, None, "nobody", state))
    assert ended.value.exit_code == 2
    assert "acme, load" in capsys.readouterr().err
