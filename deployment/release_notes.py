"""`python -m deployment.release_notes v0.1.0`: print the changelog's section for a tag."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class ReleaseError(Exception):
    """The tag, the changelog and pyproject.toml do not agree; the message says how."""


def release_notes(tag: str, changelog: str, version: str) -> str:
    """Give the notes of a release.

    Args:
        tag: Such as v0.1.0.
        changelog: In the form of Keep a Changelog.
        version: Of pyproject.toml.

    Raises:
        ReleaseError: The tag is not of that version, or the changelog has no section for it.
    """
    if tag != f"v{version}":
        raise ReleaseError(f"The tag is {tag}, but pyproject.toml has version {version}.")
    section = re.search(
        rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)", changelog, re.M | re.S
    )
    if section is None or not section[1].strip():
        raise ReleaseError(f"CHANGELOG.md has no section ## [{version}].")
    return section[1].strip() + "\n"


def main(tag: str) -> None:
    """Print the notes, or exit with 1."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    try:
        print(release_notes(tag, (ROOT / "CHANGELOG.md").read_text(), project["version"]), end="")
    except ReleaseError as wrong:
        sys.exit(str(wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
