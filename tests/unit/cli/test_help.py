"""Help appears at once: it loads no large library, and no command before it is named."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cli.main import app

LARGE = ("boto3", "botocore", "c2pa", "cryptography", "moto", "pydantic")


def test_help_loads_no_large_library() -> None:
    program = f"""import sys, typer.testing, cli.main
shown = typer.testing.CliRunner().invoke(cli.main.app, ["--help"])
print(shown.exit_code, *(name for name in {LARGE} if name in sys.modules))"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.split() == ["0"], told.stdout + told.stderr


@pytest.mark.parametrize(
    ("group", "commands"),
    [
        ("admin", ("flags", "shutdown", "breaker", "limiter", "chaos", "tokens", "audit")),
        ("certificate", ("request", "install", "show")),
        ("flags", ("list", "set", "unset")),
        ("policies", ("list", "show", "check", "put")),
        ("trust", ("update", "list", "show", "remove")),
        ("tenants", ("add", "rotate", "list", "remove")),
    ],
)
def test_a_group_lists_its_commands(group: str, commands: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [group, "--help"])
    assert shown.exit_code == 0
    for command in commands:
        assert f"{command} " in shown.stdout
