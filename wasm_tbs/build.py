"""Build `tbs.wasm` from the Zig sources and pin its SHA-256, or check that it is what they give."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wasm_tbs.committed_module import build_or_check, zig

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "wasm_tbs/src/tbs.zig"
MODULE = ROOT / "wasm_tbs/tbs.wasm"
CHECKSUM = ROOT / "wasm_tbs/tbs.wasm.sha256"
PIN = ROOT / "layers/edge_signer/edge_signer/signing/manifest/tbs_pin.py"
STACK_BYTES = 64 * 1024


def build(target: Path) -> None:
    """Compile the module.

    Args:
        target: File to write.

    Raises:
        subprocess.CalledProcessError: The compiler refused the sources.
    """
    zig(
        *("build-exe", str(SOURCE)),
        *("-target", "wasm32-freestanding", "-mcpu=generic", "-O", "ReleaseSafe"),
        *("-fno-entry", "-rdynamic", "-fstrip", "--stack", str(STACK_BYTES)),
        f"-femit-bin={target}",
    )


def pin() -> None:
    """Write the module's SHA-256 where `sha256sum` and where the layer look for it."""
    digest = hashlib.sha256(MODULE.read_bytes()).hexdigest()
    CHECKSUM.write_text(f"{digest}  {MODULE.name}\n")
    PIN.write_text(
        '"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""\n\n'
        f'TBS_MODULE_SHA256 = "{digest}"\n'
    )


if __name__ == "__main__":
    if build_or_check(__doc__, MODULE, build):
        pin()
        print(CHECKSUM.read_text(), end="")
