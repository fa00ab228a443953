"""Output of commands: results on standard output, errors in one line on standard error."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from shutil import which
from textwrap import wrap
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

EXIT_NOT_TRUSTED = 1
EXIT_USAGE = 2
# Of a row, with the blank behind it.
_NAME_WIDTH = 11


class Terminal(Console):
    """A console whose reader may go away without changing the command's result."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        if hasattr(stream, "reconfigure"):
            # A character outside the terminal's encoding is no reason to fail.
            stream.reconfigure(errors="replace")
        # rich leaves bold and dim text for NO_COLOR; a file of that would hold escape sequences.
        plain = bool(os.environ.get("NO_COLOR"))
        super().__init__(
            stderr=stderr,
            highlight=False,
            soft_wrap=True,
            emoji=False,  # a file may be called :smile:.jpg
            color_system=None if plain else "auto",
        )

    @property
    def can_redraw(self) -> bool:
        """Whether lines can be drawn over: never in a file, whatever FORCE_COLOR says."""
        return self.file.isatty() and not self.is_dumb_terminal

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, or nothing after the reader has gone or the disk is full."""
        if self.quiet:
            return
        try:
            super().print(*objects, **options)
            self.file.flush()
        except OSError:
            self._fall_silent()

    def on_broken_pipe(self) -> None:
        """Fall silent; rich would end the process."""
        self._fall_silent()

    def _fall_silent(self) -> None:
        self.quiet = True
        # Python's own flush at exit must not fail either.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


out = Terminal()
_errors = Terminal(stderr=True)


def printable(text: str) -> str:
    """Return foreign text without characters that control the terminal or reorder the line."""
    return "".join(one if _is_harmless(one) else "\N{REPLACEMENT CHARACTER}" for one in text)


def _is_harmless(character: str) -> bool:
    # French has no-break spaces; many scripts, and emoji, have joiners.
    return (
        character.isprintable()
        or character in "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
        or unicodedata.category(character) == "Zs"
    )


def show_row(name: str, value: str, colour: str = "") -> None:
    """Print a value beside its name; in a colour, both have it."""
    text = beside_name(value)
    out.print(f"[{colour or 'dim'}]{name:<10}[/] {f'[{colour}]{text}[/]' if colour else text}")


def beside_name(value: str) -> str:
    """Return a value as markup; on a terminal, a long one continues below its beginning.

    A word stays whole, so that an address can be copied.
    """
    text = printable(value)
    if out.is_terminal:
        width = max(out.width - _NAME_WIDTH, _NAME_WIDTH)
        lines = wrap(text, width, break_long_words=False, break_on_hyphens=False)
        text = f"\n{' ' * _NAME_WIDTH}".join(lines)
    return escape(text)


def shown(value: Any) -> str:
    """Return a value of a JSON answer as people read it: a text as it is, a dash for none."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value)


def show_json(value: Any, indent: int | None = None) -> None:
    """Print an answer for programs: one line of JSON, or several with an indent."""
    out.print(json.dumps(value, indent=indent), markup=False)


def say_error(line: str) -> None:
    """Print an error on standard error."""
    _errors.print(f"[red]edge-signer:[/] {escape(printable(line))}")


def say_warning(line: str) -> None:
    """Print a warning on standard error."""
    _errors.print(f"[yellow]edge-signer:[/] {escape(printable(line))}")


def fail(line: str, exit_code: int = 1, choices: Iterable[str] = ()) -> NoReturn:
    """Print why a command cannot go on, and end it.

    Args:
        line: The reason.
        exit_code: Exit code of the process.
        choices: Further lines: the values to choose from.
    """
    say_error(line)
    for choice in choices:
        _errors.print(escape(printable(choice)))
    raise typer.Exit(exit_code)


def as_typed() -> str:
    """Return how to call this command from here: by its name, or by its path if that is not found.

    `make setup` puts it into .venv/bin, which is not on PATH.
    """
    name = "edge-signer"
    program = Path(sys.executable).with_name(name)
    found = which(name)
    if not program.exists() or (found is not None and program.samefile(found)):
        return name
    with suppress(ValueError):
        return str(program.relative_to(Path.cwd()))
    return str(program)


def sidecar_of(asset: Path) -> Path:
    """Return the default path of a sidecar: beside the asset."""
    return asset.with_name(asset.name + ".c2pa")


def require_file(path: Path) -> None:
    """End the command unless this is a plain file: a pipe or a device may never end."""
    if not path.is_file():
        fail(f"{path} is not a file" if path.exists() else f"{path}: no such file", EXIT_USAGE)


def bar(part: float, whole: float, width: int = 30) -> str:
    """Return a bar of at most `width` cells, in steps of an eighth of a cell."""
    eighths = round(width * 8 * part / whole) if whole else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + " ▏▎▍▌▋▊▉"[rest].strip()
