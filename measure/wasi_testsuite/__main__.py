"""Run the programs of the WASI test suite that need no folder as jobs; exit with 1 if one fails.

`make wasi-testsuite SUITE=folder` runs it. The folder is a clone of
https://github.com/WebAssembly/wasi-testsuite with its built programs, at this commit of the branch
`prod/testsuite-base`. The programs are not in this repository because they take 9.4 MB.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.outcome import Outcome, Status
from edge_signer.execution.sandbox.sandbox import Sandbox

COMMIT = "9f80ca35444cfd9e63100725615140a346652e6c"
#: Of the programs and what they expect, with their names.
SHA256 = "44650e8131da6ec06defff07028c2580213b689328941712b8709dc3fe9c9891"
BUILT = "tests/*/testsuite/wasm32-wasip1/*.wasm"


def programs(suite: Path) -> dict[Path, dict[str, Any]]:
    """Find the programs that need no folder, and what each gets and is expected to do."""
    found = {}
    for wasm in sorted(suite.glob(BUILT)):
        wants = wasm.with_suffix(".json")
        expected = json.loads(wants.read_bytes()) if wants.exists() else {}
        if "root" not in expected:
            found[wasm] = expected
    return found


def digest(suite: Path, found: dict[Path, dict[str, Any]]) -> str:
    """Return the SHA-256 of programs, with their names and what is expected of them."""
    whole = hashlib.sha256()
    for wasm, expected in found.items():
        said = [wasm.relative_to(suite).as_posix(), hashlib.sha256(wasm.read_bytes()).hexdigest()]
        whole.update(json.dumps([*said, expected], sort_keys=True).encode())
    return whole.hexdigest()


def run(sandbox: Sandbox, wasm: bytes, expected: dict[str, Any]) -> str:
    """Run a program; return what is wrong, or nothing."""
    limits = effective_limits(Requirements())
    args, env = tuple(expected.get("args", ())), expected.get("env", {})
    ended = sandbox.execute(Job(wasm, args, limits, env=env))
    if ended.status is not Status.OK or ended.exit_code != expected.get("exit_code", 0):
        return _told(ended)
    if "stdout" in expected and ended.stdout.decode() != expected["stdout"]:
        return f"wrote {ended.stdout!r}"
    return ""


def _told(ended: Outcome) -> str:
    return f"{ended.status}, {ended.exit_code}: {ended.detail} {ended.stderr.decode()}".strip()


def main() -> None:
    """Run them all."""
    if len(sys.argv) != 2:
        sys.exit("Name a clone of the suite: make wasi-testsuite SUITE=folder")
    suite = Path(sys.argv[1])
    found = programs(suite)
    if digest(suite, found) != SHA256:
        sys.exit(f"{suite} is not the suite at {COMMIT}: git clone it, and check that commit out")
    sandbox = Sandbox(1)
    failed = 0
    for wasm, expected in found.items():
        wrong = run(sandbox, wasm.read_bytes(), expected)
        failed += bool(wrong)
        print(f"{wasm.parents[2].name + '/' + wasm.stem:55} {wrong or 'ok'}")
    sandbox.close()
    print(f"{len(found) - failed} of {len(found)} pass")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
