"""Usage errors: one line on standard error, as all other errors, that ends with what to do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from cli.terminal import out, say_error


def show_version(asked: bool) -> None:
    """Print the version and end the command, if that is asked for."""
    if asked:
        from importlib.metadata import version

        out.print(version("edge-signer"))
        raise typer.Exit


class Commands(TyperGroup):
    """The whole command."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command, and end the process with its exit code: 2 for a usage error."""
        named = (args, prog_name, complete_var, False, windows_expand_args)
        if not standalone_mode:
            return super().main(*named, **extra)
        try:
            result = super().main(*named, **extra)
        except Exception as wrong:
            # Typer has no public class for its errors, of click or of its own copy of it.
            if not hasattr(wrong, "format_message"):
                raise
            message = wrong.format_message()
            context = getattr(wrong, "ctx", None)
            path = context.command_path if context is not None else "edge-signer"
            # Without arguments the help is shown already.
            if message:
                say_error(f"{message.rstrip('.')}; `{path} --help` says what is possible")
            sys.exit(getattr(wrong, "exit_code", 1))
        sys.exit(result if isinstance(result, int) else 0)
