"""Have an older c2pa-rs judge sidecars of ours: verifiers in the field are not updated with us.

`package.json` keeps the last c2pa-node whose package carries its library. Install scripts are off,
since this one would download another; `unzipper`, which only that script uses, is the one that
needs least.
"""

from __future__ import annotations

import base64
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.verdict.engine import TRUST_CONFIG
from tests.borrowed import Missing, install, program
from tests.older_engine.samples import Sample, samples

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules/.of-lock.json"


def engine() -> list[str]:
    """Give the engine's command; the first time, install it.

    Raises:
        Missing: It cannot be had on this machine.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Missing("c2pa-node carries its library for Linux on x86-64 only")
    node = program("node")
    if not INSTALLED.exists() or INSTALLED.read_bytes() != LOCK.read_bytes():
        install("c2pa-node", [program("npm"), "ci"], HERE)
        INSTALLED.write_bytes(LOCK.read_bytes())
    return [node, str(HERE / "judge.mjs")]


def judge(command: Sequence[str], judged: Sequence[Sample]) -> tuple[str, list[dict[str, Any]]]:
    """Give the version of c2pa-rs and its verdicts."""
    lines = (
        json.dumps(
            {
                "asset": base64.b64encode(one.asset).decode(),
                "format": one.media_type,
                "store": base64.b64encode(one.manifest_store).decode(),
                "trust": {"trust_anchors": one.anchors_pem, "trust_config": TRUST_CONFIG},
            }
        )
        for one in judged
    )
    told = subprocess.run(
        command,
        input="\n".join(lines) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    introduction, *verdicts = map(json.loads, told.stdout.splitlines())
    return introduction["version"], verdicts


def main(find: Callable[[], list[str]] = engine) -> bool:
    """Print the verdicts; tell whether one is not the expected one."""
    try:
        command = find()
    except Missing as missing:
        print(f"skipped: {missing}")
        return False
    judged = list(samples())
    version, verdicts = judge(command, judged)
    table = Table("sample", "format", f"c2pa-rs {version} says", "as expected")
    table.columns[2].overflow = "fold"
    disagrees = False
    for one, verdict in zip(judged, verdicts, strict=True):
        # A state that is right for no reason, or wrong with one, is not agreement.
        agrees = verdict["state"] == one.expected
        agrees = agrees and bool(verdict["failures"]) == (one.expected != "Trusted")
        disagrees = disagrees or not agrees
        says = " ".join([verdict["state"], *verdict["failures"]])
        table.add_row(one.name, one.media_type, says, "yes" if agrees else f"NO, {one.expected}")
    Console().print(table)
    return disagrees


if __name__ == "__main__":
    sys.exit(main())
