"""Build programs with the compilers at hand, run them as jobs, and write what verdicts they get.

`make toolchains` runs it and writes the table of docs/concepts/execution.md.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cli.openapi.error_table import with_part
from edge_signer.execution.job import Job
from edge_signer.execution.limits import MAX_TIMEOUT_SECONDS, Requirements, effective_limits
from edge_signer.execution.sandbox.outcome import Outcome
from edge_signer.execution.sandbox.sandbox import Sandbox
from measure.survival.tools import Ready
from measure.toolchains.toolchains import MODULE, PROGRAMS, SOURCE, TOOLCHAINS, Build
from tests.judges.borrowed import Missing

PAGE = Path(__file__).resolve().parents[2] / "docs/concepts/execution.md"
BEGIN = "<!-- toolchains: `make toolchains` builds the programs and writes this table -->\n"
END = "<!-- end of toolchains -->"
HEADER = "| toolchain | program | KB | verdict | output |"
ARGS, STDIN, ENV = ("argument",), b"line\n", {"WORD": "variable"}
LIMITS = effective_limits(Requirements(timeout_seconds=MAX_TIMEOUT_SECONDS))
# A compiler that builds the standard library first takes minutes.
_BUILDS_WITHIN_S = 600


def built(ready: Ready, build: Build, folder: Path) -> bytes:
    """Build a program.

    Raises:
        RuntimeError: The compiler refused it.
    """
    # In the folder of Node's packages, where AssemblyScript looks for its libraries.
    place = folder / "node"
    place.mkdir(exist_ok=True)
    source, module = place / build.source, place / "program.wasm"
    shutil.copy(PROGRAMS / build.source, source)
    module.unlink(missing_ok=True)
    names = {SOURCE: source.name, MODULE: module.name}
    command = [_named(part, names) for part in _ordered(ready.command, build.options)]
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, timeout=_BUILDS_WITHIN_S
    )
    if done.returncode or not module.exists():
        raise RuntimeError(f"{build.source} was not built:\n{done.stderr[-2000:]}")
    return module.read_bytes()


def _named(part: str, names: dict[str, str]) -> str:
    for placeholder, name in names.items():
        part = part.replace(placeholder, name)
    return part


def _ordered(command: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    """Put options behind the command, and variables in front of it, behind `env`."""
    variables = tuple(one for one in options if one.partition("=")[0] == "GOOS")
    others = tuple(one for one in options if one not in variables)
    return (*command[:1], *variables, *command[1:], *others) if variables else command + others


def row(toolchain: str, build: Build, module: bytes, ended: Outcome) -> str:
    """Write a line of the table."""
    code = f" ({ended.guest_exit_code})" if ended.reserved_exit_code is not None else ""
    verdict = f"`{ended.status}`, {ended.exit_code}{code}"
    told = f"{verdict}: {ended.detail}" if ended.detail else verdict
    written = (ended.stdout or ended.stderr).decode(errors="replace").strip()
    output = f"`{written}`" if written else ""
    return f"| {toolchain} | {build.does} | {len(module) / 1000:,.1f} | {told} | {output} |"


def rows(folder: Path, sandbox: Sandbox) -> Iterable[str]:
    """Build and run everything; gives the lines of the table, and what was missing."""
    yield from (HEADER, "|---|---|---|---|---|")
    missing = []
    for toolchain in TOOLCHAINS:
        try:
            ready = toolchain.prepare(folder)
        except Missing as absent:
            missing.append(f"{toolchain.name} ({absent})")
            continue
        for build in toolchain.builds:
            module = built(ready, build, folder)
            ended = sandbox.execute(Job(module, ARGS, LIMITS, STDIN, ENV))
            line = row(f"{toolchain.name} {ready.version}", build, module, ended)
            print(line, file=sys.stderr)
            yield line
    yield ""
    yield f"Not available: {'; '.join(missing) or 'none'}."


def main() -> None:
    """Print the table, and write it into the page."""
    sandbox = Sandbox(1)
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(rows(Path(folder), sandbox))
    sandbox.close()
    print(table)
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_part(page, BEGIN, END, table + "\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
