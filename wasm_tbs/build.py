"""Build `tbs.wasm` from the Zig sources and pin its SHA-256, or check that it is what they give.

The compiler comes from PyPI (`ziglang`), needs no network, gives the same bytes in any folder.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "wasm_tbs/src/tbs.zig"
MODULE = ROOT / "wasm_tbs/tbs.wasm"
CHECKSUM = ROOT / "wasm_tbs/tbs.wasm.sha256"
PIN = ROOT / "layers/edge_signer/edge_signer/signing/tbs_pin.py"
STACK_BYTES = 64 * 1024


def build(target: Path) -> None:
    """Compile the module.

    Args:
        target: File to write.

    Raises:
        subprocess.CalledProcessError: The compiler refused the sources.
    """
    subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "ziglang", "build-exe", str(SOURCE)),
            *("-target", "wasm32-freestanding", "-mcpu=generic", "-O", "ReleaseSafe"),
            *("-fno-entry", "-rdynamic", "-fstrip", "--stack", str(STACK_BYTES)),
            f"-femit-bin={target}",
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def pin() -> None:
    """Write the module's SHA-256 where `sha256sum` and where the layer look for it."""
    digest = hashlib.sha256(MODULE.read_bytes()).hexdigest()
    CHECKSUM.write_text(f"{digest}  {MODULE.name}\n")
    PIN.write_text(
        '"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""\n\n'
        f'TBS_MODULE_SHA256 = "{digest}"\n'
    )


def differs_from_sources() -> bool:
    """Whether a fresh build gives other bytes than the committed module has."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / MODULE.name
        build(fresh)
        return fresh.read_bytes() != MODULE.read_bytes()


def main() -> int:
    """Build and pin, or check."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    if arguments.parse_args().check:
        if differs_from_sources():
            print("tbs.wasm is not what its sources give: run make wasm", file=sys.stderr)
            return 1
        print("tbs.wasm is what its sources give")
        return 0
    build(MODULE)
    MODULE.chmod(0o644)
    pin()
    print(CHECKSUM.read_text(), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
