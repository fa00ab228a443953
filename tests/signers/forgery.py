"""A manifest store taken apart, made to say something else, and signed again.

What the signer refuses to say cannot be asked of it. Changed here, behind its back and under its
own key, a manifest stays sound in every hash and in the signature, and wrong in the one thing that
a test is about.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2

from tests.judges.jumbf_reader import Box, read_store
from tests.signers.software_signer import SoftwareSigner

_UUID_TAIL = bytes.fromhex("00110010800000AA00389B71")
_ASSERTION_URL = "self#jumbf=c2pa.assertions/"


@dataclass(frozen=True)
class Cose:
    """What a signature has that the signer's own would not have.

    Attributes:
        protected: Protected headers in place of those there or added; None leaves one out.
        unprotected: Unprotected headers in place of those there or added.
        payload: The payload, which is not signed.
        tag: The tag of the structure.
    """

    protected: Mapping[Any, Any] = field(default_factory=dict)
    unprotected: Mapping[Any, Any] = field(default_factory=dict)
    payload: bytes | None = None
    tag: int = 18


def forged(
    store: bytes,
    signer: SoftwareSigner,
    *,
    label: str | None = None,
    assertions: Mapping[str, Any] | None = None,
    claim: Mapping[str, Any] | None = None,
    claim_label: str = "c2pa.claim.v2",
    cose: Cose = Cose(),
) -> bytes:
    """Give the store with some of its words changed.

    Args:
        store: As the signer made it; its last manifest is changed.
        signer: Whose key signs the changed claim.
        label: Another label of the manifest.
        assertions: Contents by label, in place of those there or added to the gathered ones; None
            leaves one out.
        claim: Fields of the claim, in place of those there or added.
        claim_label: Another label of the claim's box.
        cose: What else the signature has.
    """
    *earlier, manifest = read_store(store).children
    changed = assertions or {}
    boxes = {
        one.label: _plain(b"jumb", one.payload)
        for one in manifest.child("c2pa.assertions").children
        if one.label not in changed or changed[one.label] is not None
    } | {name: _box(name, content) for name, content in changed.items() if content is not None}
    said = _claim_of(manifest, boxes) | dict(claim or {})
    encoded = cbor2.dumps(said, canonical=True)
    return _superbox(
        b"c2pa",
        "c2pa",
        *(_plain(b"jumb", one.payload) for one in earlier),
        _superbox(
            manifest.uuid[:4],
            label or manifest.label,
            _superbox(b"c2as", "c2pa.assertions", *boxes.values()),
            _superbox(b"c2cl", claim_label, _plain(b"cbor", encoded)),
            _superbox(b"c2cs", "c2pa.signature", _signature(manifest, encoded, signer, cose)),
        ),
    )


def _claim_of(manifest: Box, boxes: Mapping[str, bytes]) -> dict[str, Any]:
    claim: dict[str, Any] = cbor2.loads(manifest.child("c2pa.claim.v2").content[0][1])
    created = [one["url"].removeprefix(_ASSERTION_URL) for one in claim["created_assertions"]]
    kept = [name for name in created if name in boxes]
    claim["created_assertions"] = [_reference(name, boxes[name]) for name in kept]
    gathered = [_reference(name, box) for name, box in boxes.items() if name not in created]
    return claim | ({"gathered_assertions": gathered} if gathered else {})


def _reference(name: str, box: bytes) -> dict[str, Any]:
    # The hash leaves out the eight bytes of the superbox's own header.
    return {"url": _ASSERTION_URL + name, "hash": hashlib.sha256(box[8:]).digest()}


def _signature(manifest: Box, claim: bytes, signer: SoftwareSigner, cose: Cose) -> bytes:
    protected, unprotected, _, _ = cbor2.loads(manifest.child("c2pa.signature").content[0][1]).value
    headers = cbor2.loads(protected) | dict(cose.protected)
    protected = cbor2.dumps({name: said for name, said in headers.items() if said is not None})
    signature = signer.sign_tbs(cbor2.dumps(["Signature1", protected, b"", claim]))
    parts = [protected, {**unprotected, **cose.unprotected}, cose.payload, signature]
    return _plain(b"cbor", cbor2.dumps(cbor2.CBORTag(cose.tag, parts)))


def _box(label: str, content: Any) -> bytes:
    if label in {"c2pa.metadata", "cawg.metadata"}:
        return _superbox(b"json", label, _plain(b"json", json.dumps(content).encode()))
    return _superbox(b"cbor", label, _plain(b"cbor", cbor2.dumps(content, canonical=True)))


def _superbox(kind: bytes, label: str, *content: bytes) -> bytes:
    description = kind + _UUID_TAIL + b"\x03" + label.encode() + b"\0"
    return _plain(b"jumb", _plain(b"jumd", description) + b"".join(content))


def _plain(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
