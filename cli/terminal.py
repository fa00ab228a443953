"""How commands speak: results on standard output, refusals in one line on standard error."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

EXIT_NOT_TRUSTED = 1
EXIT_USAGE = 2

out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(line: str, exit_code: int = 1) -> NoReturn:
    """Say why a command cannot go on, and end it."""
    _errors.print(f"[red]edge-signer:[/] {escape(line)}")
    raise typer.Exit(exit_code)


def bar(part: float, whole: float, width: int = 30) -> str:
    """A bar of at most `width` cells, an eighth of a cell fine."""
    eighths = round(width * 8 * part / whole) if whole else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + " ▏▎▍▌▋▊▉"[rest].strip()
