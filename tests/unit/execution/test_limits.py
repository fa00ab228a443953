"""A job gets what it asks for up to the caps, and is told what it got."""

from __future__ import annotations

import platform

import pytest

from edge_signer.execution.errors import UnsupportedRequirementError
from edge_signer.execution.limits import (
    MAX_MEMORY_MB,
    MAX_TIMEOUT_SECONDS,
    Requirements,
    effective_limits,
)


def test_what_is_under_the_caps_is_granted() -> None:
    granted = effective_limits(Requirements(cpu_cores=1, memory_mb=16, timeout_seconds=3))
    assert (granted.cpu_cores, granted.memory_mb, granted.timeout_seconds) == (1, 16, 3)
    assert granted.fuel
    assert granted.output_bytes > 0


def test_what_is_over_the_caps_is_cut_to_them() -> None:
    granted = effective_limits(Requirements(cpu_cores=64, memory_mb=2**70, timeout_seconds=2**70))
    assert (granted.cpu_cores, granted.memory_mb, granted.timeout_seconds) == (
        1,
        MAX_MEMORY_MB,
        MAX_TIMEOUT_SECONDS,
    )
    # As WebAssembly engines count it, in 64 bits.
    assert 0 < granted.attested()["fuel"] < 2**63


@pytest.mark.parametrize("number", [0, -1])
def test_a_number_below_one_is_refused_by_name(number: int) -> None:
    for field, asked in {
        "cpu_cores": Requirements(cpu_cores=number),
        "memory_mb": Requirements(memory_mb=number),
        "timeout_seconds": Requirements(timeout_seconds=number),
    }.items():
        with pytest.raises(UnsupportedRequirementError, match=f"requirements.{field} "):
            effective_limits(asked)


@pytest.mark.parametrize("arch", [None, "wasm32", platform.machine()])
def test_the_architectures_that_a_job_meets_here_are_granted(arch: str | None) -> None:
    assert effective_limits(Requirements(arch=arch))


def test_another_architecture_is_refused() -> None:
    with pytest.raises(UnsupportedRequirementError, match=r"requirements\.arch .*wasm32"):
        effective_limits(Requirements(arch="riscv64"))


def test_another_runtime_is_refused() -> None:
    assert effective_limits(Requirements(wasm_runtime="wasmtime"))
    with pytest.raises(UnsupportedRequirementError, match=r"requirements\.wasm_runtime .*wasmtime"):
        effective_limits(Requirements(wasm_runtime="wasm3"))
