"""Where a token may go."""

from __future__ import annotations

import pytest
import typer

from cli.api_access import require_api_address


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "HTTPS://api.example.com/v1",
        "http://127.0.0.1:3000",
        "http://localhost:3000/",
    ],
)
def test_a_token_goes_over_tls_or_stays_here(url: str) -> None:
    require_api_address(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://api.example.com", "may expose the token"),
        ("http://127.0.0.1.example.com", "may expose the token"),
        ("http://127.0.0.1@example.com", "holds a user name or a password"),
        ("http://example.com\\@127.0.0.1", "may expose the token"),
        ("http://localhost.example.com", "may expose the token"),
        ("ftp://127.0.0.1", "is not an address"),
        ("127.0.0.1:3000", "is not an address"),
        ("localhost:3000", "is not an address"),
        ("https://", "is not an address"),
        ("https://[", "is not an address"),
        ("", "is not an address"),
    ],
)
def test_elsewhere_it_does_not_go(url: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        require_api_address(url)
    assert ended.value.exit_code == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@api.example.com",
        "https://secret@api.example.com",
        "http://me:secret@127.0.0.1:3000",
        "me:secret@api.example.com",
        "https://me:secret@[",
    ],
)
def test_a_password_is_refused_and_not_repeated(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        require_api_address(url)
    assert ended.value.exit_code == 2
    told = capsys.readouterr().err
    assert "--url holds a user name or a password" in told
    assert "secret" not in told
