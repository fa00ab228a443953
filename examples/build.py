"""Build `hello.wasm`, which shows what a job is, or check that it is what `hello.c` gives."""

from __future__ import annotations

from pathlib import Path

from wasm_tbs.committed_module import build_or_check, zig

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER / "hello.c"
MODULE = FOLDER / "hello.wasm"
STACK_BYTES = 16 * 1024


def build(target: Path) -> None:
    """Compile the module.

    Args:
        target: File to write.

    Raises:
        subprocess.CalledProcessError: The compiler refused the source.
    """
    zig(
        *("cc", str(SOURCE), "-o", str(target)),
        *("-target", "wasm32-wasi", "-mcpu=generic", "-Os", "-s", "-Wall", "-Werror"),
        f"-Wl,-z,stack-size={STACK_BYTES}",
    )


if __name__ == "__main__":
    build_or_check(__doc__, MODULE, build)
