"""The limits that a job requests, and those that it gets."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass

from edge_signer.execution.errors import UnsupportedRequirementError

# The response must be sent before API Gateway gives up, 29 s after the request arrived.
MAX_TIMEOUT_SECONDS = 20
MAX_MEMORY_MB = 256
MAX_CPU_CORES = 1
# Per stream. Both in base64 fit easily into a response of Lambda, 6 MB.
MAX_OUTPUT_BYTES = 256 * 1024
# More than programs burn: the tightest loops use 20 billion a second. So a job gets the time that
# it asks for, and only code that the compiler removes can run out of fuel first.
FUEL_PER_SECOND = 100_000_000_000
ARCHITECTURE = "wasm32"
RUNTIME = "wasmtime"


@dataclass(frozen=True)
class Requirements:
    """The limits that a job requests.

    Args:
        cpu_cores: Number of threads.
        memory_mb: Linear memory in MiB.
        timeout_seconds: Wall-clock time, without compiling.
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
    """The limits that a job gets, as attested.

    Args:
        cpu_cores: Always 1: a guest has one thread.
        memory_mb: Linear memory in MiB.
        timeout_seconds: Wall-clock time, without compiling.
        fuel: Roughly the number of operations; it depends on module and input, not on the host.
        output_bytes: Size of standard output, and of standard error.
    """

    cpu_cores: int
    memory_mb: int
    timeout_seconds: float
    fuel: int
    output_bytes: int

    def attested(self) -> dict[str, int]:
        """Return the limits as the attestation lists them, in whole numbers."""
        return {name: int(limit) for name, limit in asdict(self).items()}


def effective_limits(requirements: Requirements) -> Limits:
    """Grant the requested limits, up to the caps.

    Raises:
        UnsupportedRequirementError: A number is below 1, or the architecture or runtime is another.
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
            f"requirements.{field} must be one of {', '.join(offered)}, or omitted"
        )
