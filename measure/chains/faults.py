"""What is wrong with an ancestor, and how it came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cbor2

from measure.chains.links import Link
from tests.judges.jumbf_reader import read_store

EXPIRED = frozenset(
    {"claimSignature.outsideValidity", "signingCredential.expired", "signingCredential.untrusted"}
)


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault.

    Attributes:
        name: For the table.
        codes: The failures that must be recorded about the ancestor, one of them at least; none
            if nobody can see the fault without the ancestor's file.
        spoil: Spoils a link with the note of the faulty ancestor; None if its signer is at fault.
        is_late: Whether it is done after another link was made from the faulty one.
        formats: The formats that it can be done to; none for all.
    """

    name: str
    codes: frozenset[str]
    spoil: Callable[[Link, str], Link] | None = None
    is_late: bool = False
    formats: tuple[str, ...] = ()


def _with_store(link: Link, store: bytes) -> Link:
    if store == link.store or len(store) != len(link.store):
        raise ValueError("nothing was changed")
    if not link.is_embedded:
        return replace(link, store=store)
    if link.asset.count(link.store) != 1:
        raise ValueError("the store does not stand in one piece")
    return replace(link, store=store, asset=link.asset.replace(link.store, store))


def _change_note(link: Link, note: str) -> Link:
    return _with_store(link, link.store.replace(note.encode(), note.upper().encode()))


def _change_signature(link: Link, _: str) -> Link:
    box = read_store(link.store).children[-1].child("c2pa.signature")
    signature: bytes = cbor2.loads(box.content[0][1]).value[3]
    return _with_store(link, link.store.replace(signature, _flipped(signature, -9)))


def _change_claim(link: Link, _: str) -> Link:
    claim = read_store(link.store).children[-1].child("c2pa.claim.v2").content[0][1]
    instance = cbor2.loads(claim)["instanceID"].encode()
    changed = instance[:-1] + (b"0" if instance[-1:] != b"0" else b"1")
    return _with_store(link, link.store.replace(instance, changed))


def _change_file(link: Link, _: str) -> Link:
    return replace(link, asset=_flipped(link.asset, -40))


def _flipped(content: bytes, at: int) -> bytes:
    at %= len(content)
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


#: Their stores stand in one piece, and c2pa-rs checks no checksum around them.
_PLAIN = ("PNG", "WebP", "AVIF", "MP4", "WAV")
_CHANGED = frozenset({"assertion.hashedURI.mismatch"})
_FORGED = frozenset({"claimSignature.mismatch"})
KINDS: Mapping[str, FaultKind] = {
    one.name: one
    for one in (
        FaultKind("assertion changed", _CHANGED, _change_note, formats=_PLAIN),
        FaultKind("assertion changed later", _CHANGED, _change_note, True, _PLAIN),
        FaultKind("claim changed", _FORGED, _change_claim, formats=_PLAIN),
        FaultKind("signature changed", _FORGED, _change_signature, formats=_PLAIN),
        FaultKind("signer unknown", frozenset({"signingCredential.untrusted"})),
        FaultKind("signer expired", EXPIRED),
        FaultKind("file changed", frozenset(), _change_file, formats=("JPEG",)),
    )
}
