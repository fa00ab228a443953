"""Where a manifest's microseconds go, on the shipped host and the shipped module.

The host's steps have a stopwatch around each. The module has none, so its phases are told apart by
what it is given: a definition that it refuses before or after parsing, and longer and longer text.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from rich.table import Table

from edge_signer.signing.manifest import builder as builder_module
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from edge_signer.signing.manifest.wasmtime_c_api import WASMTIME_I64
from edge_signer.signing.manifest.wasmtime_instance import BareInstance
from measure.bench.measurement import WARM_UP_ROUNDS
from tests.judges.jumbf_reader import read_store

ROUNDS = 300
SIGNATURE = bytes(64)
SHA256_BLOCK_BYTES = 64
# Both within the memory that an instance keeps, so that no page fault passes for hashing.
SHORT_TEXT, LONG_TEXT = 500, 5_500
WHOLE = "together, stopwatches included"

_taken_us: dict[str, float] = defaultdict(float)
_to_json = ManifestDefinition.to_json


class Step:
    """A stopwatch; the times of one name add up."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._began_s = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        _taken_us[self._name] += (time.perf_counter() - self._began_s) * 1e6


class TimedInstance(BareInstance):
    """The builder's instance with a stopwatch around every step."""

    __slots__ = ()

    def __init__(self, *template: Any, **bounds: Any) -> None:
        with Step("instantiate"):
            super().__init__(*template, **bounds)

    def __del__(self) -> None:
        with Step("clear the instance away"):
            super().__del__()

    def call(self, name: bytes, *arguments: int, gives: int | None = WASMTIME_I64) -> int:
        with Step(name.decode()):
            return super().call(name, *arguments, gives=gives)

    def write(self, address: int, content: bytes) -> None:
        with Step("copy in"):
            super().write(address, content)

    def read(self, address: int, length: int) -> bytes:
        with Step("copy out"):
            return super().read(address, length)


def timed_to_json(definition: ManifestDefinition) -> bytes:
    with Step("definition to JSON"):
        return _to_json(definition)


def steps_table(definition: Callable[[], ManifestDefinition], rival: Callable[[], object]) -> Table:
    """Measure the steps with warm caches, and with those that another engine leaves."""
    table = Table("step", "µs in a row", "µs in turn with c2pa-rs", title="Where they go")
    with (
        patch.object(builder_module, "BareInstance", TimedInstance),
        patch.object(ManifestDefinition, "to_json", timed_to_json),
    ):
        builder = ManifestBuilder()
        in_a_row = _steps_us(builder, definition, lambda: None)
        in_turn = _steps_us(builder, definition, rival)
    for name, taken_us in in_a_row.items():
        table.add_row(name, f"{taken_us:.1f}", f"{in_turn[name]:.1f}")
    return table


def _steps_us(
    builder: ManifestBuilder,
    definition: Callable[[], ManifestDefinition],
    before: Callable[[], object],
) -> dict[str, float]:
    def build(**changes: Any) -> bytes:
        with Step("identifiers"):
            defined = definition()
        if changes:
            defined = dataclasses.replace(defined, **changes)
        return builder.prepare(defined).assemble(SIGNATURE)

    def prepare_us(**changes: Any) -> float:
        return _medians_us(lambda: build(**changes), before)["prepare"]

    def hash_and_encode_us(text_length: int) -> float:
        text = [Assertion("org.example", {"text": "x" * text_length}, True)]
        return prepare_us(assertions=text) - prepare_us(assertions=text, label=refused_label)

    refused_label = definition().label.replace("c2pa", "uuid")
    whole = _medians_us(build, before)
    call_us = prepare_us(asset_sha256=b"")
    parse_us = prepare_us(label=refused_label) - call_us
    block_us = (hash_and_encode_us(LONG_TEXT) - hash_and_encode_us(SHORT_TEXT)) / (
        (LONG_TEXT - SHORT_TEXT) / SHA256_BLOCK_BYTES
    )
    hash_us = _hashed_blocks(build()) * block_us
    steps = {
        **{name: whole[name] for name in ("identifiers", "definition to JSON", "instantiate")},
        "copy in": whole["copy in"],
        "two calls that do nothing": 2 * call_us,
        "parse": parse_us,
        "hash": hash_us,
        "encode": whole["prepare"] + whole["assemble"] - 2 * call_us - parse_us - hash_us,
        "copy out": whole["copy out"],
        "clear the instance away": whole["clear the instance away"],
    }
    rest_us = whole[WHOLE] - sum(steps.values())
    return {**steps, "the host's own code between them": rest_us, WHOLE: whole[WHOLE]}


def _medians_us(build: Callable[[], object], before: Callable[[], object]) -> dict[str, float]:
    samples: dict[str, list[float]] = defaultdict(list)
    for round_number in range(WARM_UP_ROUNDS + ROUNDS):
        before()
        _taken_us.clear()
        try:
            with Step(WHOLE):
                build()
        except BuildError:
            pass  # as meant: the module stopped where the measurement ends
        if round_number >= WARM_UP_ROUNDS:
            for name, taken_us in _taken_us.items():
                samples[name].append(taken_us)
    return {name: statistics.median(taken) for name, taken in samples.items()}


def _hashed_blocks(manifest_store: bytes) -> int:
    boxes = read_store(manifest_store).children[0].child("c2pa.assertions").children
    # SHA-256 appends a byte and eight for the length.
    return sum(-(-(len(one.payload) + 9) // SHA256_BLOCK_BYTES) for one in boxes)
