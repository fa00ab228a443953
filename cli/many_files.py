"""What commands on many files have in common: a progress bar, and Ctrl-C without torn files."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.terminal import Terminal

EXIT_INTERRUPTED = 130
# The bar hides it, and the second Ctrl-C would leave it so.
_SHOW_CURSOR = "\x1b[?25h"


class _FilesPerSecond(ProgressColumn):
    """How many files are done in a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f} files/s")


def progress_bar(doing: str, *, hidden: bool = False) -> Progress:
    """Return a bar on standard error; it is drawn only if that is a terminal.

    Args:
        doing: What is done to each file.
        hidden: Whether not to draw it at all.
    """
    screen = Terminal(stderr=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), _FilesPerSecond())
    return Progress(
        *(*columns, TimeRemainingColumn()),
        console=screen,
        disable=hidden or not screen.can_redraw,
        # Results on standard output stay there.
        redirect_stdout=False,
    )


@contextmanager
def interrupts(stopped: Event, waiting: str) -> Iterator[Event]:
    """Have the first Ctrl-C stop a batch without tearing what it is just doing.

    Args:
        stopped: Is set by it.
        waiting: What the command waits for then.

    Yields:
        Whether there was one. The second ends the process, which leaves no damaged file either.
    """
    interrupted, usual = Event(), signal.getsignal(signal.SIGINT)
    told = f"\nedge-signer: interrupted; {waiting}; Ctrl-C again ends at once\n"

    def stop(*_: object) -> None:
        stopped.set()
        interrupted.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # What is interrupted may be in the middle of a write to the same stream.
        with suppress(OSError):
            os.write(2, (told + (_SHOW_CURSOR if os.isatty(2) else "")).encode())

    # A shell lets background jobs ignore it.
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, usual)
