"""The runtimes: where each is found, and what it answers to the recordings."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from measure.portability import wasmer_environment
from measure.portability.recordings import Recording
from tests.conftest import ROOT
from tests.judges.borrowed import program

HERE = Path(__file__).parent


class RuntimeDied(Exception):
    """A runtime ended before it had answered; the text is the last thing that it said."""


@dataclass(frozen=True)
class Played:
    """What one runtime said.

    Attributes:
        runtime: Its name and version.
        answers: A line for each recording, see `wire`.
    """

    runtime: str
    answers: list[str]

    def differences(self, expected: Played, recordings: Sequence[Recording]) -> list[str]:
        """Name the recordings that were answered otherwise."""
        rows = zip(recordings, self.answers, expected.answers, strict=True)
        return [
            recording.name
            for recording, ours, theirs in rows
            if json.loads(ours) != json.loads(theirs)
        ]


def wasmtime() -> list[str]:
    return [sys.executable, "-m", "measure.portability.on_wasmtime"]


def v8() -> list[str]:
    return [program("node"), str(HERE / "on_v8.mjs")]


def wasmer() -> list[str]:
    return [str(wasmer_environment.interpreter()), "-m", "measure.portability.on_wasmer"]


#: Beside wasmtime; asking for a command may install what it needs, or say that it is missing.
OTHERS: dict[str, Callable[[], list[str]]] = {"V8": v8, "wasmer": wasmer}


def play(
    command: Sequence[str], recordings: Sequence[Recording], module: Path = TBS_MODULE.path
) -> Played:
    """Have a runtime answer the recordings.

    Raises:
        RuntimeDied: It did not come to the end.
    """
    lines = (
        json.dumps(
            {
                "name": one.name,
                "calls": [(export, content.hex(), told) for export, content, told in one.calls],
            }
        )
        for one in recordings
    )
    done = subprocess.run(
        [*command, str(module)],
        input="\n".join(lines) + "\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    introduction, *answers = done.stdout.splitlines() or [""]
    if done.returncode != 0 or len(answers) != len(recordings):
        raise RuntimeDied((done.stderr.strip().splitlines() or ["without a word"])[-1])
    hello = json.loads(introduction)
    return Played(f"{hello['runtime']} {hello['version']}", answers)
