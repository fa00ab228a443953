"""Build `embed.wasm` from the Zig sources, or check that it is what they give."""

from __future__ import annotations

from pathlib import Path

from wasm_tbs.committed_module import build_or_check, zig_module

FOLDER = Path(__file__).resolve().parent
MODULE = FOLDER / "embed.wasm"
# One layout copies a directory of a file, of a window's size.
STACK_BYTES = 256 * 1024


def build(target: Path) -> None:
    """Compile the module.

    Args:
        target: File to write.

    Raises:
        subprocess.CalledProcessError: The compiler refused the sources.
    """
    zig_module(FOLDER / "src/embed.zig", target, STACK_BYTES)


if __name__ == "__main__":
    build_or_check(__doc__, MODULE, build)
