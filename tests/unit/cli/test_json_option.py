"""Every command that answers something can answer a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.main import app

# One runs until it is stopped, the other is a show for people.
WITHOUT_AN_ANSWER = {("run",), ("demo",)}


def commands(group: Any, named: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, (*named, name))
        else:
            yield (*named, name)


ALL = set(commands(typer.main.get_command(app)))


def test_all_commands_are_found() -> None:
    assert {("sign",), ("flags", "list"), ("admin", "breaker", "status")} | WITHOUT_AN_ANSWER < ALL


@pytest.mark.parametrize("command", sorted(ALL - WITHOUT_AN_ANSWER), ids=" ".join)
def test_a_command_has_the_option(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "--json" in shown.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_script_that_completes(shell: str) -> None:
    shown = CliRunner().invoke(app, ["--show-completion", shell], prog_name="edge-signer")
    assert shown.exit_code == 0
    assert "edge-signer" in shown.stdout
