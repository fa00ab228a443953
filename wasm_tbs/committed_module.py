"""A WebAssembly module that is committed beside its source: build it, or check that it is current.

The compiler comes as the package `ziglang`, needs no network, gives the same bytes in any folder.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def zig(*arguments: str) -> None:
    """Run the compiler.

    Raises:
        subprocess.CalledProcessError: It refused the source.
    """
    subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, "-m", "ziglang", *arguments], check=True, stdin=subprocess.DEVNULL
    )


def zig_module(source: Path, target: Path, stack_bytes: int) -> None:
    """Compile a module without imports: no WASI, only what its source exports.

    Args:
        source: Its main file.
        target: File to write.
        stack_bytes: Size of its stack.

    Raises:
        subprocess.CalledProcessError: The compiler refused the source.
    """
    zig(
        *("build-exe", str(source)),
        *("-target", "wasm32-freestanding", "-mcpu=generic", "-O", "ReleaseSafe"),
        *("-fno-entry", "-rdynamic", "-fstrip", "--stack", str(stack_bytes)),
        f"-femit-bin={target}",
    )


def pin(module: Path, source: Path, name: str) -> str:
    """Write a module's SHA-256 where the layer looks for it.

    Args:
        module: The committed file.
        source: The Python module with the constant.
        name: Of the constant.

    Returns:
        The hash, in hexadecimal.

    Raises:
        ValueError: There is no such constant.
    """
    digest = hashlib.sha256(module.read_bytes()).hexdigest()
    pinned = re.compile(rf'^{name} = "[0-9a-f]{{64}}"$', re.MULTILINE)
    text, count = pinned.subn(f'{name} = "{digest}"', source.read_text())
    if count != 1:
        raise ValueError(f"{source.name} has no line of the pinned SHA-256")
    source.write_text(text)
    return digest


def build_or_check(description: str | None, module: Path, build: Callable[[Path], None]) -> bool:
    """Do what the command line asks: write the module, or with --check compare it.

    Args:
        description: Of the command.
        module: The committed file.
        build: Compiles into a file.

    Returns:
        Whether the module was written.

    Raises:
        SystemExit: It was compared; with 1 where a fresh build gives other bytes.
    """
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    if not arguments.parse_args().check:
        build(module)
        module.chmod(0o644)
        return True
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / module.name
        build(fresh)
        if fresh.read_bytes() != module.read_bytes():
            sys.exit(f"{module.name} is not what its source gives: run make wasm")
    print(f"{module.name} is what its source gives")
    sys.exit()
