"""The module itself, called by its raw interface; every answer is held against what was said.

No limit is set on its memory, so that what it asks for can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from wasmtime import Engine, Func, InstancePre, Linker, Memory, Module, Store

from edge_signer.signing.manifest.builder import FUEL_PER_REQUEST
from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES, TBS_MODULE
from measure.fuzz.framing import Call, unframed
from measure.fuzz.outcomes import check_refusal, read_json
from tests.judges.manifest_reader import check_store, check_tbs, check_time_stamp_payload
from tests.judges.manifest_words import Said
from tests.judges.wasmtime_engine import engine_like_the_hosts

_ERROR_BIT = 1 << 31


@dataclass
class Run:
    """What came of the calls of one input.

    Attributes:
        outcomes: Of each call its name, or the name of its refusal.
        fuel: Spent on all calls.
        memory_bytes: The most that the instance's memory had.
    """

    outcomes: list[str] = field(default_factory=list)
    fuel: int = 0
    memory_bytes: int = 0


class ModuleTarget:
    """Gives each input an instance of its own, as the host does."""

    def __init__(self) -> None:
        self._engine = engine_like_the_hosts()
        self._instance_pre = Linker(self._engine).instantiate_pre(
            Module(self._engine, TBS_MODULE.read())
        )

    def run(self, plan: Sequence[Call]) -> Run:
        """Make the calls.

        Raises:
            AssertionError: An answer is wrong, or a refusal has no name.
            Trap: The module was stopped.
        """
        instance = _RawInstance(self._engine, self._instance_pre)
        done = Run()
        said: Said | None = None
        tbs = b""
        for call in plan:
            if call.export == "prepare":
                said = None
            answer, refused = instance.call(call)
            done.fuel += instance.fuel_spent
            done.memory_bytes = max(done.memory_bytes, instance.memory_bytes)
            assert done.memory_bytes <= MEMORY_LIMIT_BYTES, "memory beyond the host's limit"
            done.outcomes.append(refused or call.export)
            if refused:
                check_refusal(refused, instance.first_field())
                assert said or call.export == "prepare" or refused == "NotPrepared", refused
                continue
            fields = unframed(instance.given)
            if call.export == "prepare":
                said = _said(fields)
                tbs = answer
                check_tbs(tbs, said)
                continue
            assert said, "an answer without a manifest"
            if call.export == "assemble":
                signature, token, *padded = fields
                store_bytes = int.from_bytes(padded[0], "little") if padded else None
                check_store(answer, tbs, said, signature, token, store_bytes)
            else:
                (signature,) = fields
                check_time_stamp_payload(answer, tbs, said, signature)
        return done


def _said(fields: Sequence[bytes]) -> Said:
    definition = read_json(fields[0])
    end = 2 + definition.get("attachments", 0)
    return Said(definition, fields[1], fields[end:], fields[2:end])


class _RawInstance:
    def __init__(self, engine: Engine, instance_pre: InstancePre) -> None:
        self._store = Store(engine)
        self._exports = instance_pre.instantiate(self._store).exports(self._store)
        self._memory = cast(Memory, self._exports["memory"])
        self._store.set_fuel(FUEL_PER_REQUEST)
        later = self._buffer("signature_buffer")
        self._buffers = {
            "prepare": self._buffer("definition_buffer"),
            **dict.fromkeys(("time_stamp_payload", "assemble"), later),
        }
        self.given = b""
        self.fuel_spent = 0

    def call(self, call: Call) -> tuple[bytes, str]:
        """Give the answer's bytes, or the name of the refusal."""
        address, capacity = self._buffers[call.export]
        self._memory.write(self._store, call.written[:capacity], address)
        end = address + min(call.claimed, capacity)
        # What the module will see: after the bytes written, what earlier calls left.
        self.given = bytes(self._memory.read(self._store, address, end))
        self._store.set_fuel(FUEL_PER_REQUEST)
        answer = self._invoke(call.export, call.claimed - (call.claimed >> 31 << 32))
        self.fuel_spent = FUEL_PER_REQUEST - self._store.get_fuel()
        address, length = answer >> 32, answer & (_ERROR_BIT - 1)
        assert address + length <= self.memory_bytes, "an answer outside of memory"
        content = bytes(self._memory.read(self._store, address, address + length))
        return (b"", content.decode("ascii")) if answer & _ERROR_BIT else (content, "")

    def first_field(self) -> bytes:
        return self.given[4 : 4 + int.from_bytes(self.given[:4], "little")]

    @property
    def memory_bytes(self) -> int:
        return self._memory.data_len(self._store)

    def _buffer(self, name: str) -> tuple[int, int]:
        answer = self._invoke(name)
        return answer >> 32, answer & 0xFFFF_FFFF

    def _invoke(self, name: str, *arguments: int) -> int:
        answer = cast(int, cast(Func, self._exports[name])(self._store, *arguments))
        return answer & 0xFFFF_FFFF_FFFF_FFFF
