"""Manifest stores put together box by box, for shapes that no engine writes; nobody signed them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2

UUID_TAIL = bytes.fromhex("00110010800000AA00389B71")


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def superbox(kind: bytes, label: str, *inside: bytes) -> bytes:
    description = kind + UUID_TAIL + b"\x03" + label.encode() + b"\0"
    return box(b"jumb", box(b"jumd", description) + b"".join(inside))


@dataclass(frozen=True)
class Assertion:
    """An assertion of any content, in CBOR or JSON."""

    label: str
    content: bytes
    kind: bytes = b"cbor"

    def encoded(self) -> bytes:
        return superbox(self.kind, self.label, box(self.kind, self.content))

    def reference(self) -> dict[str, Any]:
        digest = hashlib.sha256(self.encoded()[8:]).digest()
        return {
            "url": f"self#jumbf=c2pa.assertions/{self.label}",
            "hash": digest,
            "alg": "sha256",
        }


def assertion(label: str, content: Any) -> Assertion:
    """An assertion in CBOR."""
    return Assertion(label, cbor2.dumps(content))


def made_manifest(
    label: str,
    assertions: Sequence[Assertion] = (),
    more: Sequence[Mapping[str, Any]] = (),
    signature: bytes = b"",
    **claimed: Any,
) -> bytes:
    """Make a manifest.

    Args:
        label: Its label.
        assertions: Its claim refers to them.
        more: Other references to assertions in its claim.
        signature: Content of its signature's box; without one it has no signature.
        claimed: More of its claim.
    """
    references = [*(one.reference() for one in assertions), *more]
    claim = cbor2.dumps({"created_assertions": references, **claimed})
    signed = [superbox(b"c2cs", "c2pa.signature", box(b"cbor", signature))] if signature else []
    return superbox(
        b"c2ma",
        label,
        superbox(b"c2as", "c2pa.assertions", *(one.encoded() for one in assertions)),
        superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", claim)),
        *signed,
    )


def made_store(*manifests: bytes) -> bytes:
    return superbox(b"c2pa", "c2pa", *manifests)
