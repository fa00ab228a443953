"""The builder's host: a fresh WebAssembly instance per request, limited in fuel and memory.

`wasm_tbs/src/tbs.zig` describes the calls and the layout of their input.
"""

from __future__ import annotations

import gc
import struct
from typing import NamedTuple

from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES, TBS_MODULE
from edge_signer.signing.manifest.wasmtime_engine import Engine, InstancePre, Trap, WasmtimeError
from edge_signer.signing.manifest.wasmtime_instance import BareInstance

FUEL_PER_REQUEST = 50_000_000

# The header of the store's superbox, and its description: header, UUID, toggles, `c2pa` and a zero.
_STORE_HEADER_BYTES = 8 + 8 + 16 + 1 + 5
_MAX_LENGTH = 2**32 - 1
_ERROR_BIT = 1 << 31
_LENGTH_MASK = _ERROR_BIT - 1
_length_prefix = struct.Struct("<I").pack


class ManifestBuilder:
    """Makes manifests with the checked module; shared by all requests of a process."""

    def __init__(self) -> None:
        engine, module = TBS_MODULE.load()
        self._template = _Template.linked(engine, InstancePre(engine, module))

    def prepare(self, definition: ManifestDefinition) -> PreparedManifest:
        """Build everything except the signature.

        Raises:
            BuildError: The module refused the definition or was stopped.
        """
        return PreparedManifest(self._template, definition)


class PreparedManifest:
    """A manifest without its signature.

    Attributes:
        tbs: The COSE Sig_structure to sign (RFC 9052 §4.4).
    """

    __slots__ = ("_earlier_manifests", "_instance", "_signature_buffer", "tbs")

    def __init__(self, template: _Template, definition: ManifestDefinition) -> None:
        self._signature_buffer = template.signature_buffer
        self._instance = template.instance()
        self._earlier_manifests = definition.earlier_manifests
        self.tbs = _call(
            self._instance,
            b"prepare",
            template.definition_buffer,
            *(definition.to_json(), definition.asset_sha256),
            *(*definition.attachments, *definition.x5chain),
        )

    def time_stamp_payload(self, signature: bytes) -> bytes:
        """Return the bytes whose digest a time-stamp covers (C2PA 2.2 §10.3.2.5).

        The signature is in COSE form: r and s for ECDSA.

        Raises:
            BuildError: `SignatureLength`.
        """
        return _call(self._instance, b"time_stamp_payload", self._signature_buffer, signature)

    def assemble(
        self, signature: bytes, time_stamp_token: bytes = b"", store_bytes: int | None = None
    ) -> bytes:
        """Return the manifest store, a JUMBF superbox.

        Args:
            signature: In COSE form: r and s for ECDSA.
            time_stamp_token: DER of a TimeStampToken; empty for none.
            store_bytes: The length to which the store is padded; None for no padding.

        Raises:
            BuildError: `SignatureLength`, or `StoreLength` if the store cannot be so long.
        """
        earlier = self._earlier_manifests
        if store_bytes is not None:
            store_bytes -= len(earlier)
            if not 0 <= store_bytes <= _MAX_LENGTH:
                raise BuildError("StoreLength")
        padded = () if store_bytes is None else (_length_prefix(store_bytes),)
        store = _call(
            self._instance,
            b"assemble",
            self._signature_buffer,
            signature,
            time_stamp_token,
            *padded,
        )
        return with_earlier_manifests(store, earlier) if earlier else store


def with_earlier_manifests(store: bytes, earlier_manifests: bytes) -> bytes:
    """Return a store with manifests before its own (C2PA 2.2 §11.1.4.2: the active one is last).

    The signature of a claim covers no byte of another manifest, and no length around its own.

    Args:
        store: A manifest store as the module makes it.
        earlier_manifests: Whole superboxes.
    """
    length = len(store) + len(earlier_manifests)
    return b"".join(
        (
            length.to_bytes(4),
            store[4:_STORE_HEADER_BYTES],
            earlier_manifests,
            store[_STORE_HEADER_BYTES:],
        )
    )


def _call(instance: BareInstance, name: bytes, buffer: _Buffer, *fields: bytes) -> bytes:
    """Call an export with the fields as input, and give its output."""
    framed = b"".join([part for one in fields for part in (_length_prefix(len(one)), one)])
    if len(framed) > buffer.capacity:
        raise BuildError("InputTooLong")
    instance.write(buffer.address, framed)
    try:
        answer = instance.call(name, len(framed))
    except Trap as trap:
        raise BuildError("OutOfFuel" if trap.is_out_of_fuel else "Trapped") from trap
    content = instance.read(answer >> 32, answer & _LENGTH_MASK)
    if answer & _ERROR_BIT:
        raise BuildError(content.decode("ascii"))
    return content


class _Buffer(NamedTuple):
    """Where the module expects its input."""

    address: int
    capacity: int


class _Template(NamedTuple):
    """The linked module, from which instances are made, and the addresses of its buffers."""

    engine: Engine
    instance_pre: InstancePre
    definition_buffer: _Buffer
    signature_buffer: _Buffer

    @classmethod
    def linked(cls, engine: Engine, instance_pre: InstancePre) -> _Template:
        """Ask an instance for the addresses, which linking fixes for all instances."""
        instance = _bounded(engine, instance_pre)

        def buffer(name: bytes) -> _Buffer:
            answer = instance.call(name)
            return _Buffer(answer >> 32, answer & _LENGTH_MASK)

        return cls(engine, instance_pre, buffer(b"definition_buffer"), buffer(b"signature_buffer"))

    def instance(self) -> BareInstance:
        """Make a new instance; a reused one would keep the last tenant's bytes."""
        try:
            return _bounded(self.engine, self.instance_pre)
        except WasmtimeError:
            # Instances in reference cycles, such as a traceback's, still occupy the pool.
            gc.collect()
            return _bounded(self.engine, self.instance_pre)


def _bounded(engine: Engine, instance_pre: InstancePre) -> BareInstance:
    return BareInstance(
        engine, instance_pre, fuel=FUEL_PER_REQUEST, memory_bytes=MEMORY_LIMIT_BYTES
    )
