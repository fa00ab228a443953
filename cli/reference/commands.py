"""The page of the commands, as `--help` shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from cli.main import app
from cli.reference.markdown import code, plain, table

HEAD = """# Commands

`make reference` writes this page from the commands. `edge-signer COMMAND --help` prints the same.
[Verify](../verify.md) describes `sign` and `verify`; [flags](../operations/flags.md),
[policies](../operations/policies.md), [tenants](../tenants.md), [certificates](../certificates.md)
and [administration](../operations/admin.md) describe the operators' commands.
"""
_HELP = "Show this message and exit."


def commands_page() -> str:
    """Give the page."""
    root = typer.main.get_command(app)
    return "\n".join([HEAD, *_sections(root, typer.Context(root, info_name="edge-signer"))])


def _sections(command: Any, context: Any) -> Iterator[str]:
    for name in sorted(command.list_commands(context)):
        part = command.get_command(context, name)
        inside = typer.Context(part, info_name=name, parent=context)
        if part.hidden:
            continue
        if hasattr(part, "list_commands"):
            yield f"## {inside.command_path}\n\n{plain(_sentences(part.help))}\n"
            yield from _sections(part, inside)
        else:
            yield _section(part, inside)


def _section(command: Any, context: Any) -> str:
    path = context.command_path
    level = "##" if path.count(" ") == 1 else "###"
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    text = f"{level} {path}\n\n{_prose(command.help)}```text\n{usage}\n```\n"
    records = [
        (code(names), plain(help_text.strip()))
        for names, help_text in _records(command, context)
        if help_text != _HELP
    ]
    return f"{text}\n{table(('', ''), records)}" if records else text


def _records(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    for one in command.get_params(context):
        if (record := one.get_help_record(context)) is not None:
            yield record


def _prose(text: str | None) -> str:
    paragraphs = (text or "").split("\n\n")
    return "".join(f"{plain(_sentences(one))}\n\n" for one in paragraphs if one.strip())


def _sentences(text: str | None) -> str:
    return " ".join((text or "").split())
