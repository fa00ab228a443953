"""Build `tbs.wasm` from the Zig sources and pin its SHA-256, or check that it is what they give."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from wasm_tbs.committed_module import build_or_check, zig_module

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "wasm_tbs/src/tbs.zig"
MODULE = ROOT / "wasm_tbs/tbs.wasm"
CHECKSUM = ROOT / "wasm_tbs/tbs.wasm.sha256"
PIN = ROOT / "layers/edge_signer/edge_signer/signing/manifest/tbs_module.py"
_PINNED = re.compile(r'^TBS_MODULE_SHA256 = "[0-9a-f]{64}"$', re.MULTILINE)
STACK_BYTES = 64 * 1024


def build(target: Path) -> None:
    """Compile the module.

    Args:
        target: File to write.

    Raises:
        subprocess.CalledProcessError: The compiler refused the sources.
    """
    zig_module(SOURCE, target, STACK_BYTES)


def pin() -> None:
    """Write the module's SHA-256 where `sha256sum` and where the layer look for it."""
    digest = hashlib.sha256(MODULE.read_bytes()).hexdigest()
    CHECKSUM.write_text(f"{digest}  {MODULE.name}\n")
    pinned = f'TBS_MODULE_SHA256 = "{digest}"'
    source, count = _PINNED.subn(pinned, PIN.read_text())
    if count != 1:
        raise ValueError(f"{PIN.name} has no line of the pinned SHA-256")
    PIN.write_text(source)


if __name__ == "__main__":
    if build_or_check(__doc__, MODULE, build):
        pin()
        print(CHECKSUM.read_text(), end="")
