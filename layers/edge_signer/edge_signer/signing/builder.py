"""The builder's host: one fresh WebAssembly instance a request, bounded in fuel and memory.

The calls and the layout of their input are described in `wasm_tbs/src/tbs.zig`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from wasmtime import Engine, Func, InstancePre, Linker, Memory, Store, Trap, TrapCode

from edge_signer.signing.tbs_module import load_module

FUEL_PER_REQUEST = 50_000_000
MEMORY_LIMIT_BYTES = 4 * 1024 * 1024

_ERROR_BIT = 1 << 31
_LENGTH_MASK = _ERROR_BIT - 1


class BuildError(Exception):
    """The builder refused its input or ran out of its bounds.

    Attributes:
        name: What the module calls the error, or `OutOfFuel` or `Trapped` where it was stopped.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Assertion:
    """One assertion of a manifest.

    Attributes:
        label: The standard's label, without the number of a repeated one.
        content: JSON-like content; becomes deterministic CBOR.
        created: True where the signer vouches for it (`created_assertions`), false where somebody
            only told it (`gathered_assertions`).
    """

    label: str
    content: dict[str, Any]
    created: bool


@dataclass(frozen=True)
class ManifestDefinition:
    """All that a manifest says, identifiers included.

    Attributes:
        label: `urn:c2pa:` and a UUID of version 4.
        instance_id: The claim's `instanceID`.
        algorithm: COSE name of the signature algorithm.
        claim_generator_info: Map with at least `name`.
        assertions: In the order in which the claim names them; the hard binding is the builder's.
        asset_sha256: 32 bytes, the digest of the whole asset.
        x5chain: Certificates in DER, leaf first, root left out.
    """

    label: str
    instance_id: str
    algorithm: str
    claim_generator_info: dict[str, Any]
    assertions: Sequence[Assertion]
    asset_sha256: bytes
    x5chain: Sequence[bytes]

    def to_json(self) -> bytes:
        """The part that goes to the module as JSON."""
        definition: dict[str, Any] = {
            "label": self.label,
            "instance_id": self.instance_id,
            "alg": self.algorithm,
            "claim_generator_info": self.claim_generator_info,
            "assertions": [
                {"label": one.label, "created": one.created, "data": one.content}
                for one in self.assertions
            ],
        }
        return json.dumps(
            definition, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()


class ManifestBuilder:
    """Makes manifests with the checked module; shared by all requests of a process."""

    def __init__(self) -> None:
        engine, module = load_module()
        instance_pre = Linker(engine).instantiate_pre(module)
        self._template = _Template(engine, instance_pre, 0, 0)
        # Where the input goes is fixed when the module is linked: asked once, not at every request.
        buffer = _Instance(self._template).invoke("input_buffer")
        self._template = _Template(engine, instance_pre, buffer >> 32, buffer & _LENGTH_MASK)

    def prepare(self, definition: ManifestDefinition) -> PreparedManifest:
        """Build everything that comes before the signature.

        Raises:
            BuildError: The module refused the definition or was stopped.
        """
        return PreparedManifest(_Instance(self._template), definition)


class PreparedManifest:
    """A manifest that waits for its signature.

    Attributes:
        tbs: The COSE Sig_structure whose signature is wanted (RFC 9052 §4.4).
    """

    def __init__(self, instance: _Instance, definition: ManifestDefinition) -> None:
        self._instance = instance
        self.tbs = instance.call(
            "prepare", definition.to_json(), definition.asset_sha256, *definition.x5chain
        )

    def time_stamp_payload(self, signature: bytes) -> bytes:
        """Give the bytes whose digest a time-stamp covers (C2PA 2.2 §10.3.2.5).

        Args:
            signature: As COSE has it: r and s for ECDSA.

        Raises:
            BuildError: `SignatureLength`.
        """
        return self._instance.call("time_stamp_payload", signature)

    def assemble(self, signature: bytes, time_stamp_token: bytes = b"") -> bytes:
        """Give the manifest store, a JUMBF superbox.

        Args:
            signature: As COSE has it: r and s for ECDSA.
            time_stamp_token: DER of a TimeStampToken; empty for none.

        Raises:
            BuildError: `SignatureLength`.
        """
        return self._instance.call("assemble", signature, time_stamp_token)


@dataclass(frozen=True)
class _Template:
    """What every instance is made from."""

    engine: Engine
    instance_pre: InstancePre
    input_address: int
    input_capacity: int


class _Instance:
    """One instance of the module. A reused one would keep the last tenant's bytes."""

    def __init__(self, template: _Template) -> None:
        self._template = template
        self._store = Store(template.engine)
        self._store.set_limits(memory_size=MEMORY_LIMIT_BYTES, instances=1, memories=1, tables=1)
        self._store.set_fuel(FUEL_PER_REQUEST)
        self._exports = template.instance_pre.instantiate(self._store).exports(self._store)
        self._memory = cast(Memory, self._exports["memory"])

    def call(self, name: str, *fields: bytes) -> bytes:
        """Call an export with the fields as its input; give the bytes that it answers with."""
        framed = bytearray()
        for field in fields:
            framed += len(field).to_bytes(4, "little")
            framed += field
        if len(framed) > self._template.input_capacity:
            raise BuildError("InputTooLong")
        self._memory.write(self._store, framed, self._template.input_address)
        answer = self.invoke(name, len(framed))
        address, length = answer >> 32, answer & _LENGTH_MASK
        content = bytes(self._memory.read(self._store, address, address + length))
        if answer & _ERROR_BIT:
            raise BuildError(content.decode("ascii"))
        return content

    def invoke(self, name: str, *arguments: int) -> int:
        """Call an export that answers with a u64."""
        function = cast(Func, self._exports[name])
        try:
            answer = cast(int, function(self._store, *arguments))
        except Trap as trap:
            out_of_fuel = trap.trap_code == TrapCode.OUT_OF_FUEL
            raise BuildError("OutOfFuel" if out_of_fuel else "Trapped") from trap
        return answer & 0xFFFF_FFFF_FFFF_FFFF
