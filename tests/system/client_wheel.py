"""The public client as other programs install it: from its wheel, without the checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.conftest import ROOT


def build(target: Path, kind: str = "wheel", sources: Path = ROOT / "client") -> Path:
    """Build the wheel, or the archive of sources (`sdist`), as `make client` does."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    environment = {"SOURCE_DATE_EPOCH": "315532800"}
    subprocess.run(command, cwd=sources, env=environment, stdout=subprocess.DEVNULL, check=True)
    (built,) = target.iterdir()
    return built


def install(wheel: Path, folder: Path) -> None:
    """Install the wheel into an empty folder, without its dependencies."""
    offline = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    command = [sys.executable, "-m", "pip", "install", *offline, "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True)


def run(
    folder: Path, code: str, *arguments: str, cwd: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run code with the installed client and its dependencies, and nothing of the checkout."""
    # Without `site`, what is installed here in place is not found.
    command = [sys.executable, "-S", "-c", code, *arguments]
    path = f"{folder}:{sysconfig.get_path('purelib')}"
    environment = {**variables, "PYTHONPATH": path}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
