"""Shows how far one long task is, as soon as it has taken a second."""

from __future__ import annotations

from threading import Lock, Timer
from types import TracebackType
from typing import TYPE_CHECKING

from cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress

_QUIET_S = 1.0
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class LongTask:
    """A task of a command, drawn on standard error while it runs, and only if that is a terminal.

    Args:
        doing: What the task does, such as `signing film.mp4`; empty to draw nothing.
    """

    def __init__(self, doing: str = "") -> None:
        self._doing = doing
        self._done_bytes = 0
        self._total_bytes: int | None = None
        self._bar: Progress | None = None
        self._timer: Timer | None = None
        # The timer draws in a thread of its own.
        self._lock = Lock()

    def __enter__(self) -> LongTask:
        """Begin to wait for the first second."""
        if self._doing and Terminal(stderr=True).can_redraw:
            self._timer = Timer(_QUIET_S, self._draw)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what is drawn."""
        if self._timer is None:
            return
        self._timer.cancel()
        with self._lock:
            self._timer = None
            if self._bar is not None:
                self._bar.stop()

    def stage(self, doing: str) -> None:
        """Say what is done from now on; how much of it there is, nobody knows."""
        with self._lock:
            self._doing, self._done_bytes, self._total_bytes = doing, 0, None
            self._refresh()

    def written(self, done_bytes: int, total_bytes: int) -> None:
        """Say how much is done."""
        with self._lock:
            self._done_bytes, self._total_bytes = done_bytes, total_bytes
            self._refresh()

    def _draw(self) -> None:
        # It takes as long to import as a short task takes.
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[size]}"),
            )
            self._bar = Progress(
                *(*columns, TimeElapsedColumn()),
                console=Terminal(stderr=True),
                transient=True,
                redirect_stdout=False,
            )
            self._bar.add_task("", size="")
            self._refresh()
            self._bar.start()

    def _refresh(self) -> None:
        if self._bar is None:
            return
        total = self._total_bytes
        size = f"{_amount(self._done_bytes)} of {_amount(total)}" if total is not None else ""
        self._bar.update(
            self._bar.task_ids[0],
            description=self._doing,
            completed=self._done_bytes,
            total=total,
            size=size,
        )


#: Of a task that is one of many, which have a bar together.
UNSEEN = LongTask()


def _amount(size_bytes: int) -> str:
    size, unit = float(size_bytes), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size_bytes} bytes"
