"""Draws docs/images/terminal.svg: real commands, run against a system that is started for them.

`python -m measure.screenshots.terminal [FILE]`. Times and identifiers differ from run to run.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from cli.running_system import running_system
from emulator.local_state import checkout

PICTURE = checkout() / "docs/images/terminal.svg"
COLUMNS = 134
COMMANDS = (
    "edge-signer sign photo.jpg -o signed.jpg --source-type digitalCapture --tsa",
    "edge-signer verify signed.jpg",
)
# A background and colours of its own, so that it is legible on light pages and on dark ones. Dim
# text is halfway to the background, so the foreground is bright.
_THEME = TerminalTheme(
    background=(24, 28, 36),
    foreground=(236, 239, 244),
    normal=[
        *((24, 28, 36), (255, 128, 128), (126, 211, 133), (240, 200, 100)),
        *((125, 175, 255), (210, 160, 255), (110, 215, 225), (236, 239, 244)),
    ],
)
# rich's own template names a font on a server; a picture in a document must fetch nothing.
_TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>edge-signer signs a photograph and verifies it</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def output_of(command: str, folder: Path, state: Path) -> str:
    """Run a command as a terminal would show it, and return what it writes.

    Args:
        command: As a person types it.
        folder: Where it runs.
        state: The state directory of the running system.

    Raises:
        subprocess.CalledProcessError: It fails.
    """
    _, *arguments = shlex.split(command)
    variables = {"EDGE_SIGNER_STATE": str(state), "PYTHONPATH": str(checkout())}
    shown = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    environment = {**os.environ, **variables, **shown}
    environment.pop("NO_COLOR", None)
    told = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return told.stdout


def draw(outputs: list[tuple[str, str]]) -> str:
    """Draw commands and what they wrote, one below the other."""
    screen = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for command, written in outputs:
        screen.print(Text.assemble(("$ ", "dim"), (command, "bold")))
        screen.print(Text.from_ansi(written.rstrip()))
        screen.print()
    picture = screen.export_svg(
        title="Edge Signer", theme=_THEME, code_format=_TEMPLATE, unique_id="terminal"
    )
    # Lines that end in blanks would differ from what editors and git keep.
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def main(target: Path) -> None:
    """Start a system, run the commands, and write the picture."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(checkout() / "examples/rocket.jpg", folder / "photo.jpg")
        with running_system(folder / "state"):
            outputs = [(one, output_of(one, folder, folder / "state")) for one in COMMANDS]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(draw(outputs), encoding="utf-8")
    print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PICTURE)
