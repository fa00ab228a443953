"""The builder's host: a fresh WebAssembly instance per request, limited in fuel and memory.

`wasm_tbs/src/tbs.zig` describes the calls and the layout of their input.
"""

from __future__ import annotations

import gc
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES, TBS_MODULE
from edge_signer.signing.manifest.wasmtime_engine import Engine, InstancePre, Trap, WasmtimeError
from edge_signer.signing.manifest.wasmtime_instance import BareInstance

FUEL_PER_REQUEST = 50_000_000

# The header of the store's superbox, and its description: header, UUID, toggles, `c2pa` and a zero.
_STORE_HEADER_BYTES = 8 + 8 + 16 + 1 + 5
_ERROR_BIT = 1 << 31
_LENGTH_MASK = _ERROR_BIT - 1
# Made once: `json.dumps` with custom settings makes an encoder at every call.
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))

_length_prefix = struct.Struct("<I").pack


class BuildError(Exception):
    """The builder refused its input or exceeded its limits.

    Attributes:
        name: The module's name of the error, or `OutOfFuel` or `Trapped` if it was stopped.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class ManifestDefinition:
    """The whole content of a manifest, identifiers included.

    Attributes:
        label: `urn:c2pa:` and a UUID of version 4.
        instance_id: The claim's `instanceID`.
        algorithm: COSE name of the signature algorithm.
        claim_generator_info: Map with at least `name`.
        assertions: In the claim's order, without the hard binding, which the builder adds.
        asset_sha256: 32 bytes, the digest of the whole asset.
        x5chain: Certificates in DER, leaf first, without the root.
        title: `dc:title` of the claim; None for none.
        binding: What the hard binding excludes, in the module's terms; None for a sidecar's.
        redacted: JUMBF URIs of assertions of earlier manifests that were taken away.
        earlier_manifests: The ingredients' manifests, as whole boxes; they stand before this one.
        is_update: Whether it is an update manifest, which has no hard binding.
    """

    label: str
    instance_id: str
    algorithm: str
    claim_generator_info: dict[str, Any]
    assertions: Sequence[Assertion]
    asset_sha256: bytes
    x5chain: Sequence[bytes]
    title: str | None = None
    binding: Mapping[str, Any] | None = None
    redacted: Sequence[str] = ()
    earlier_manifests: bytes = b""
    is_update: bool = False

    @property
    def attachments(self) -> list[bytes]:
        """The files that assertions hold, in the order of the assertions."""
        return [one.attachment for one in self.assertions if one.encoding == "file"]

    def to_json(self) -> bytes:
        """Encode the part that the module takes as JSON.

        Raises:
            BuildError: `JsonSyntax` for values that JSON cannot represent, or `JsonTooDeep`.
        """
        attachments = count()
        try:
            definition: dict[str, Any] = {
                "label": self.label,
                "instance_id": self.instance_id,
                "alg": self.algorithm,
                "claim_generator_info": self.claim_generator_info,
                "assertions": [
                    one.to_definition(next(attachments))
                    if one.encoding == "file"
                    else one.to_definition()
                    for one in self.assertions
                ],
            }
            if attached := next(attachments):
                definition["attachments"] = attached
            if self.redacted:
                definition["redacted"] = list(self.redacted)
            if self.title is not None:
                definition["title"] = self.title
            if self.is_update:
                definition["binding"] = {"update": True}
            elif self.binding is not None:
                definition["binding"] = self.binding
            return _JSON.encode(definition).encode()
        except RecursionError:
            raise BuildError("JsonTooDeep") from None
        except ValueError as unwritable:  # half of a surrogate pair, infinity
            raise BuildError("JsonSyntax") from unwritable


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
            if store_bytes < 0:
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
