"""Packages as Lambda needs them, installed by pip whatever Python and processor build here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

RUNTIME = "3.13"
# What wheels bring along and no function reads. Licences stay, in their *.dist-info.
_UNREAD_FILES = ("*.pyi", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED")
_UNREAD_FOLDERS = ("bin", "tests", "__pycache__")


class BuildError(Exception):
    """An artefact cannot be built; the text says why in one line."""


def warn(text: str) -> None:
    """Warn that the layer will lack something."""
    # On standard output, the only stream that SAM shows when a build succeeds.
    print(f"WARNING: {text}.", flush=True)


def install(requirements: Path, platforms: Path, target: Path) -> None:
    """Install hash-pinned wheels for Lambda's Python, without what no function reads.

    Args:
        requirements: The pinned packages, each with its hashes; theirs are among them.
        platforms: File with pip's tags of the platforms whose wheels run there, one a line. With
            `manylinux2014` alone pip would take old versions of what needs a later glibc.
        target: Becomes a folder of PYTHONPATH.

    Raises:
        BuildError: pip cannot install them.
    """
    tags = [f"--platform={tag}" for tag in platforms.read_text().split()]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wheels_only = ["--only-binary=:all:", "--require-hashes", "--no-deps", "--no-compile"]
    lambdas = [f"--python-version={RUNTIME}", "--implementation=cp", *tags]
    command = [*pip, *wheels_only, *lambdas, f"--target={target}", f"--requirement={requirements}"]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise BuildError(f"pip cannot install {requirements.name} for {platforms.parent.name}")
    _drop_unread(target)


def copy_sources(package: Path, target: Path) -> None:
    """Copy one of our own packages, without what Python or wasmtime have compiled here."""
    compiled_here = shutil.ignore_patterns("__pycache__", "*.cwasm")
    shutil.copytree(package, target / package.name, ignore=compiled_here)


def _drop_unread(target: Path) -> None:
    for pattern in _UNREAD_FILES:
        for file in target.rglob(pattern):
            file.unlink()
    for name in _UNREAD_FOLDERS:
        for folder in [*target.glob(name), *target.rglob(f"*/{name}")]:
            if folder.is_dir():
                shutil.rmtree(folder)
