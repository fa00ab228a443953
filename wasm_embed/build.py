"""Build `embed.wasm` from the Zig sources and pin its SHA-256, or check that they give it."""

from __future__ import annotations

from pathlib import Path

from wasm_tbs.committed_module import build_or_check, pin, zig_module

FOLDER = Path(__file__).resolve().parent
MODULE = FOLDER / "embed.wasm"
PIN = FOLDER.parent / "layers/edge_signer/edge_signer/signing/layout/embed_module.py"
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
    if build_or_check(__doc__, MODULE, build):
        pin(MODULE, PIN, "EMBED_MODULE_SHA256")
