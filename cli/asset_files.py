"""Finds the assets that a command is given: files, folders, and patterns."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.terminal import require_file

_OnUnreadable = Callable[[OSError], object]


@dataclass(frozen=True)
class FoundAsset:
    """An asset that was found.

    Attributes:
        path: The file.
        size_bytes: Its size.
        relative: Its path below the folder that was named, or its name.
        is_named: Whether the command names it, instead of a folder or a pattern that contains it.
    """

    path: Path
    size_bytes: int
    relative: Path
    is_named: bool


def found_assets(
    named: Iterable[Path], on_unreadable: _OnUnreadable, output_dir: Path | None = None
) -> Iterator[FoundAsset]:
    """Find assets, some perhaps more than once.

    Of folders and patterns, it leaves out hidden files, sidecars, and what is not a regular file.

    Args:
        named: Files, folders, and patterns that the shell has not replaced.
        on_unreadable: Receives why a folder or a file could not be looked into.
        output_dir: A folder below the others that is left out; None for none.

    Raises:
        typer.Exit: A named file is none (2).
        OSError: A named file cannot be looked at.
    """
    left_out = None if output_dir is None else os.path.realpath(output_dir)
    for path in named:
        if path.is_dir():
            for asset, size in _sized(_walked(path, left_out, on_unreadable), on_unreadable):
                yield FoundAsset(asset, size, asset.relative_to(path), is_named=False)
        elif not path.exists() and glob.has_magic(str(path)):
            for asset, size in _sized(_matches(path, left_out), on_unreadable):
                yield FoundAsset(asset, size, Path(asset.name), is_named=False)
        else:
            require_file(path)
            yield FoundAsset(path, path.stat().st_size, Path(path.name), is_named=True)


def _walked(folder: Path, left_out: str | None, on_unreadable: _OnUnreadable) -> Iterator[Path]:
    """Walk a folder, without hidden folders and the one that an earlier run has written into."""
    for parent, folders, files in os.walk(folder, onerror=on_unreadable):
        folders[:] = sorted(
            one
            for one in folders
            if not one.startswith(".") and os.path.realpath(os.path.join(parent, one)) != left_out
        )
        yield from (Path(parent, name) for name in sorted(files))


def _matches(pattern: Path, left_out: str | None) -> Iterator[Path]:
    """Find what a pattern names, without what an earlier run has written into a folder below."""
    root = pattern
    while glob.has_magic(str(root)):
        root = root.parent
    is_below = left_out is not None and Path(os.path.realpath(root)) in Path(left_out).parents
    for match in sorted(glob.glob(str(pattern), recursive=True)):
        asset = Path(match)
        if is_below and Path(os.path.realpath(asset)).is_relative_to(left_out or ""):
            continue
        yield asset


def _sized(files: Iterable[Path], on_unreadable: _OnUnreadable) -> Iterator[tuple[Path, int]]:
    """Keep the files that are assets, with their sizes; a pipe or a device never is one."""
    for file in files:
        if file.name.startswith(".") or file.suffix == ".c2pa":
            continue
        try:
            status = file.stat()
        except FileNotFoundError:
            # A link to nowhere, or it has just been removed.
            continue
        except OSError as failure:
            on_unreadable(failure)
            continue
        if stat.S_ISREG(status.st_mode):
            yield file, status.st_size
