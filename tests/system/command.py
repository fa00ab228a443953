"""The `edge-signer` command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def edge_signer(
    state: Path, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "EDGE_SIGNER_STATE": str(state), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
