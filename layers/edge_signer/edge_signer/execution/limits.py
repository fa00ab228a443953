"""What a job asks for, and what it gets: never more than the caps."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from edge_signer.execution.errors import UnsupportedRequirementError

# An answer must be out before API Gateway gives up, 29 s after the request came in.
MAX_TIMEOUT_SECONDS = 20
MAX_MEMORY_MB = 256
MAX_CPU_CORES = 1
# Either stream. Base64 of both fits an answer of Lambda, 6 MB, many times over.
MAX_OUTPUT_BYTES = 256 * 1024
# A full core burns 2 to 14 thousand million a second: dense code runs out of fuel before its time
# is up, and on every host at the same operation; the rest times out.
FUEL_PER_SECOND = 5_000_000_000
ARCHITECTURE = "wasm32"
RUNTIME = "wasmtime"


@dataclass(frozen=True)
class Requirements:
    """What a job asks for.

    Args:
        cpu_cores: Threads that it could use.
        memory_mb: Linear memory in MiB.
        timeout_seconds: Wall-clock time, compiling included.
        arch: `wasm32`, this host's own architecture, or None for any.
        wasm_runtime: `wasmtime`, or None for any.
    """

    cpu_cores: int = 1
    memory_mb: int = 128
    timeout_seconds: int = 30
    arch: str | None = None
    wasm_runtime: str | None = None


@dataclass(frozen=True)
class Limits:
    """What a job gets, as it can be attested.

    Args:
        cpu_cores: Always 1: a guest has one thread.
        memory_mb: Linear memory in MiB.
        timeout_seconds: Wall-clock time, compiling included.
        fuel: Operations, about; the same module and input burn the same on every host.
        output_bytes: Of standard output, and as many of standard error.
        arch: What the guest is compiled from.
        wasm_runtime: What runs it.
    """

    cpu_cores: int
    memory_mb: int
    timeout_seconds: float
    fuel: int
    output_bytes: int
    arch: str = ARCHITECTURE
    wasm_runtime: str = RUNTIME


def effective_limits(requirements: Requirements) -> Limits:
    """Grant what is asked for, up to the caps.

    Raises:
        UnsupportedRequirementError: A number below 1, another architecture or runtime.
    """
    for field in ("cpu_cores", "memory_mb", "timeout_seconds"):
        if getattr(requirements, field) < 1:
            raise UnsupportedRequirementError(f"requirements.{field} must be at least 1")
    _require_one_of("arch", requirements.arch, (ARCHITECTURE, platform.machine()))
    _require_one_of("wasm_runtime", requirements.wasm_runtime, (RUNTIME,))
    timeout_seconds = min(requirements.timeout_seconds, MAX_TIMEOUT_SECONDS)
    return Limits(
        cpu_cores=min(requirements.cpu_cores, MAX_CPU_CORES),
        memory_mb=min(requirements.memory_mb, MAX_MEMORY_MB),
        timeout_seconds=timeout_seconds,
        fuel=timeout_seconds * FUEL_PER_SECOND,
        output_bytes=MAX_OUTPUT_BYTES,
    )


def _require_one_of(field: str, wanted: str | None, offered: tuple[str, ...]) -> None:
    if wanted is not None and wanted not in offered:
        raise UnsupportedRequirementError(
            f"requirements.{field} must be one of {', '.join(offered)}, or be left out"
        )
