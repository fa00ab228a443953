"""Build `tbs.wasm` from the Zig sources and pin its SHA-256, or check that it is what they give."""

from __future__ import annotations

from pathlib import Path

from wasm_tbs.committed_module import build_or_check, pin, zig_module

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "wasm_tbs/src/tbs.zig"
MODULE = ROOT / "wasm_tbs/tbs.wasm"
CHECKSUM = ROOT / "wasm_tbs/tbs.wasm.sha256"
PIN = ROOT / "layers/edge_signer/edge_signer/signing/manifest/tbs_module.py"
STACK_BYTES = 64 * 1024


def build(target: Path) -> None:
    """Compile the module.

    Args:
        target: File to write.

    Raises:
        subprocess.CalledProcessError: The compiler refused the sources.
    """
    zig_module(SOURCE, target, STACK_BYTES)


if __name__ == "__main__":
    if build_or_check(__doc__, MODULE, build):
        digest = pin(MODULE, PIN, "TBS_MODULE_SHA256")
        # As `sha256sum` writes and reads it.
        CHECKSUM.write_text(f"{digest}  {MODULE.name}\n")
        print(CHECKSUM.read_text(), end="")
