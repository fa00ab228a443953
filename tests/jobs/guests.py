"""Modules to run as jobs: small ones in the text format, and such as no compiler would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wasmtime import wat2wasm

from edge_signer.execution.job import MAGIC, Job
from edge_signer.execution.limits import Limits

I32 = 0x7F
MIB = 1024 * 1024


def limits(
    *,
    memory_mb: int = 64,
    timeout_seconds: float = 10,
    fuel: int = 10**12,
    output_bytes: int = 64 * 1024,
) -> Limits:
    """Generous ones, of which a test narrows those that it is about."""
    return Limits(1, memory_mb, timeout_seconds, fuel, output_bytes)


def job(
    wasm: bytes,
    *args: str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    within: Limits | None = None,
) -> Job:
    return Job(wasm, args, within or limits(), stdin, env or {})


def wasi(body: str, *functions: str, more: str = "") -> bytes:
    """A command with one page of memory, given imports of WASI and `_start`'s instructions.

    Args:
        body: In the text format.
        more: More of the module, likewise.
        functions: Each as in `proc_exit i32` or `fd_write i32 i32 i32 i32 -> i32`.
    """
    imports = []
    for function in functions:
        (name, *parameters), _, result = (part.split() for part in function.partition("->"))
        kinds = f"(param {' '.join(parameters)})" + (f"(result {result[0]})" if result else "")
        imports.append(f'(import "wasi_snapshot_preview1" "{name}" (func ${name} {kinds}))')
    memory = '(memory (export "memory") 1)'
    start = f'(func $main (export "_start") {body})'
    return text(f"(module {''.join(imports)} {memory} {start} {more})")


def sleeper(seconds: int) -> bytes:
    """A command that waits for WASI's monotonic clock."""
    return wasi(
        f"""(i32.store (i32.const 16) (i32.const 1))
        (i64.store (i32.const 24) (i64.const {seconds * 1_000_000_000}))
        (drop (call $poll_oneoff
          (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))""",
        "poll_oneoff i32 i32 i32 i32 -> i32",
    )


def text(source: str) -> bytes:
    return bytes(wat2wasm(source))


def number(value: int) -> bytes:
    """An unsigned number in LEB128, section 5.2.2 of the standard."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def section(identifier: int, entries: Iterable[bytes]) -> bytes:
    listed = list(entries)
    content = number(len(listed)) + b"".join(listed)
    return bytes([identifier]) + number(len(content)) + content


def of_functions(bodies: list[bytes]) -> bytes:
    """A module whose functions neither take nor give anything; the first is `_start`.

    Args:
        bodies: Locals and instructions of each.
    """
    return (
        MAGIC
        + section(1, [b"\x60\0\0"])
        + section(3, [b"\0"] * len(bodies))
        + section(7, [b"\x06_start\0\0"])
        + section(10, [number(len(body)) + body for body in bodies])
    )


def compile_bomb(local_count: int = 20_000, depth: int = 400) -> bytes:
    """40 KB that keep a compiler busy: nested loops in which thousands of variables live on."""
    steps = b"".join(
        b"\x20" + number(local) + b"\x41\1\x6a\x21" + number(local)
        for local in range(0, local_count, 5)
    )
    again = b"\x41\0\x0d\0\x0b"
    body = number(1) + number(local_count) + bytes([I32])
    return of_functions([body + b"\x03\x40" * depth + steps + again * depth + b"\x0b"])


def a_million_functions() -> bytes:
    return of_functions([b"\0\x0b"] * 1_000_000)


def data_in_pieces(count: int) -> bytes:
    """A program with many data segments, like those of Go; it ends well if all are there."""
    segments = "".join(f'(data (i32.const {8 * place}) "\\01")' for place in range(count))
    sums = f"""(local $at i32) (local $sum i32)
        (loop $next
          (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
          (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8)))
            (i32.const {8 * count}))))
        (if (i32.ne (local.get $sum) (i32.const {count})) (then unreachable))"""
    pages = -(-8 * count // 65536)
    return text(f'(module (memory {pages}) (func (export "_start") {sums}) {segments})')


def with_data(length: int) -> bytes:
    """A module that brings so many bytes of data, and a memory that holds them."""
    pages = -(-length // 65536)
    segment = b"\0\x41\0\x0b" + number(length) + bytes(length)
    return (
        MAGIC
        + section(1, [b"\x60\0\0"])
        + section(3, [b"\0"])
        + section(5, [b"\0" + number(pages)])
        + section(7, [b"\x06_start\0\0"])
        + section(10, [b"\2\0\x0b"])
        + section(11, [segment])
    )
