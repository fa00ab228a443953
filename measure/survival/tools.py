"""What a tool is, and how to have it edit one file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measure.survival.subjects import suffix_of
from tests.judges.borrowed import Missing, program

#: Stand in a command for the signed file, the file to write, and a file with XMP.
SIGNED, WRITTEN, XMP = "{signed}", "{written}", "{xmp}"
_XMP_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' photoshop:City="Bern"/></rdf:RDF></x:xmpmeta>'
)
_TIMEOUT_S = 120
_VERSION = re.compile(r"\d+(?:\.\d+)+(?:-\d+(?![\d+]))?")


@dataclass(frozen=True)
class Edit:
    """One thing that a tool does to a file.

    Attributes:
        does: In words, for the table.
        command: What follows the tool's own command. Where it does not name `SIGNED`, the tool
            works on a copy in place.
        formats: Names of the formats to try it on.
        becomes: Format of what is written; empty for the same format.
    """

    does: str
    command: tuple[str, ...]
    formats: tuple[str, ...]
    becomes: str = ""


@dataclass(frozen=True)
class Ready:
    """A tool that can be run.

    Attributes:
        version: What it says of itself.
        command: How to start it.
    """

    version: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Tool:
    """A tool.

    Attributes:
        name: For the table.
        prepare: Finds or installs it, given a folder for that. Raises `Missing`.
        edits: What it does.
    """

    name: str
    prepare: Callable[[Path], Ready]
    edits: tuple[Edit, ...]


def on_path(*names: str, version: tuple[str, ...], says: str = "") -> Callable[[Path], Ready]:
    """Give how to find a program on this machine.

    Args:
        names: The names that it may have.
        version: Arguments with which it prints its version.
        says: A word that it then prints; another program of the same name does not.
    """

    def prepare(_: Path) -> Ready:
        for name in names:
            found = shutil.which(name)
            if found and says in (printed := said(found, *version)):
                return Ready(version_in(printed), (found,))
        raise Missing(f"no {names[0]} here")

    return prepare


def of_debian(name: str, package: str) -> Callable[[Path], Ready]:
    """Give how to find a program that prints no version, from its package of Debian."""

    def prepare(_: Path) -> Ready:
        found = shutil.which(name)
        if found is None:
            raise Missing(f"no {name} here")
        asks = (program("dpkg-query"), "--show", "--showformat=${Version}", package)
        return Ready(version_in(said(*asks)), (found,))

    return prepare


def version_in(printed: str) -> str:
    """Find the version in what a program prints.

    Raises:
        Missing: There is none, so the table could not name it.
    """
    found = _VERSION.search(printed)
    if found is None:
        raise Missing("it prints no version")
    return found[0]


def edit(ready: Ready, done: Edit, signed: Path, folder: Path) -> Path | None:
    """Run a tool on a file; give what it wrote, or None where it failed.

    Args:
        ready: The tool.
        done: What it does.
        signed: The signed file, which stays as it is.
        folder: Empty; gets the file.
    """
    written = folder / f"written{suffix_of(done.becomes) if done.becomes else signed.suffix}"
    xmp = folder / "packet.xmp"
    xmp.write_text(_XMP_PACKET)
    if not any(SIGNED in part for part in done.command):
        shutil.copy(signed, written)
    places = {"signed": signed, "written": written, "xmp": xmp}
    command = [_filled(part, places) for part in done.command]
    try:
        ended = subprocess.run(
            [*ready.command, *command], cwd=folder, capture_output=True, timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return None
    return written if ended.returncode == 0 and written.exists() else None


def _filled(part: str, places: dict[str, Path]) -> str:
    for name, path in places.items():
        part = part.replace(f"{{{name}}}", str(path))
    return part


def said(*command: str) -> str:
    """Give all that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr
