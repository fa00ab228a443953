"""Build `hello.wasm`, which shows what a job is, or check that it is what `hello.c` gives.

The compiler comes from PyPI (`ziglang`), needs no network, gives the same bytes in any folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

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
    subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "ziglang", "cc", str(SOURCE), "-o", str(target)),
            *("-target", "wasm32-wasi", "-mcpu=generic", "-Os", "-s", "-Wall", "-Werror"),
            f"-Wl,-z,stack-size={STACK_BYTES}",
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def differs_from_source() -> bool:
    """Whether a fresh build gives other bytes than the committed module has."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / MODULE.name
        build(fresh)
        return fresh.read_bytes() != MODULE.read_bytes()


def main() -> int:
    """Build, or check."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    if arguments.parse_args().check:
        if differs_from_source():
            print("hello.wasm is not what its source gives: run make wasm", file=sys.stderr)
            return 1
        print("hello.wasm is what its source gives")
        return 0
    build(MODULE)
    MODULE.chmod(0o644)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
