"""A strict reader of manifest stores: JUMBF boxes down to the COSE signature.

The boxes are those of C2PA 2.2 §11.1 and ISO 19566-5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge_signer.signing.manifest.cbor_reader import (
    COSE_SIGN1_TAG,
    CborError,
    Tagged,
    cbor_bytes,
    cbor_head,
    cbor_text,
    read_cbor,
    sig_structure,
)

#: The end of a C2PA box type, after its four characters.
_UUID_TAIL = bytes.fromhex("00110010800000AA00389B71")
_HEADER_BYTES = 8
# Requestable, with a label; the second has a private box, in which c2pa-rs puts a salt.
_TOGGLES = (0x03, 0x13)
_LABEL_BEGINS = 17
_MAX_DEPTH = 4


class JumbfError(Exception):
    """The bytes are not the boxes of a manifest store."""


@dataclass(frozen=True)
class Superbox:
    """A superbox.

    Attributes:
        kind: Four characters: `c2pa`, `c2ma`, `c2as`, `c2cl`, `c2cs`, `cbor` or `json`.
        label: From its description.
        payload: The box without its own header of eight bytes; hashed URIs cover this.
        content: Type and bytes of its boxes that are not superboxes.
        children: Its superboxes.
    """

    kind: str
    label: str
    payload: bytes
    content: tuple[tuple[str, bytes], ...]
    children: tuple[Superbox, ...]

    def only_content(self, kind: str) -> bytes:
        """Return the content of its only box.

        Raises:
            JumbfError: The box is of another kind, or not the only one.
        """
        if [one for one, _ in self.content] != [kind] or self.children:
            raise JumbfError(f"{self.label[:64]} does not hold exactly one box of type {kind}")
        return self.content[0][1]


def read_jumbf(encoded: bytes) -> Superbox:
    """Parse a superbox.

    Raises:
        JumbfError: The bytes are not a superbox, or other bytes follow it.
    """
    boxes = list(_boxes(encoded))
    if [kind for kind, _ in boxes] != ["jumb"]:
        raise JumbfError("not one superbox")
    return _superbox(boxes[0][1], 1)


def active_alone(manifest_store: bytes) -> bytes:
    """Return a store with its last manifest alone (C2PA 2.2 §11.1.4.2: that is the active one).

    Raises:
        JumbfError: The bytes are not the boxes of a store.
    """
    boxes = list(_boxes(manifest_store))
    parts = list(_boxes(boxes[0][1])) if len(boxes) == 1 else []
    if len(parts) < 2:
        raise JumbfError("not a manifest store")
    return jumbf_box("jumb", b"".join(jumbf_box(*one) for one in (parts[0], parts[-1])))


def jumbf_box(kind: str, content: bytes) -> bytes:
    """Encode a box."""
    return (_HEADER_BYTES + len(content)).to_bytes(4) + kind.encode("ascii") + content


def _boxes(stream: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    while position < len(stream):
        length = int.from_bytes(stream[position : position + 4])
        if not _HEADER_BYTES <= length <= len(stream) - position:
            raise JumbfError("a box does not end where its length says")
        kind = stream[position + 4 : position + _HEADER_BYTES]
        yield _ascii(kind), stream[position + _HEADER_BYTES : position + length]
        position += length


def _superbox(payload: bytes, depth: int) -> Superbox:
    if depth > _MAX_DEPTH:
        raise JumbfError("boxes in boxes, too deep")
    boxes = list(_boxes(payload))
    if not boxes or boxes[0][0] != "jumd":
        raise JumbfError("a superbox without a description")
    kind, label = _description(boxes[0][1])
    return Superbox(
        kind,
        label,
        payload,
        tuple((kind, content) for kind, content in boxes[1:] if kind != "jumb"),
        tuple(_superbox(content, depth + 1) for kind, content in boxes[1:] if kind == "jumb"),
    )


def _description(content: bytes) -> tuple[str, str]:
    label, terminator, private = content[_LABEL_BEGINS:].partition(b"\0")
    if len(content) <= _LABEL_BEGINS or content[4:16] != _UUID_TAIL or not terminator:
        raise JumbfError("an invalid description")
    toggles = content[16]
    boxes = [kind for kind, _ in _boxes(private)]
    if toggles not in _TOGGLES or boxes != (["c2sh"] if toggles & 0x10 else []):
        raise JumbfError("a description that does not match its toggles")
    return _ascii(content[:4]), _ascii(label)


def _ascii(encoded: bytes) -> str:
    try:
        return encoded.decode("ascii")
    except UnicodeDecodeError:
        raise JumbfError("a name that is not ASCII") from None


_MANIFEST_PARTS = [
    ("c2as", "c2pa.assertions"),
    ("c2cl", "c2pa.claim.v2"),
    ("c2cs", "c2pa.signature"),
]


class ManifestError(Exception):
    """The bytes are not a manifest store of one signed claim, or not the requested one."""


@dataclass(frozen=True)
class ReadManifest:
    """A store of one manifest.

    Attributes:
        boxes: The store, the manifest, and the manifest's assertions, claim and signature.
        label: Label of the manifest.
        claim: The signed claim, in CBOR.
        protected: The protected header, in CBOR.
        unprotected: The unprotected header, decoded.
        signature: As COSE has it.
    """

    boxes: tuple[Superbox, Superbox, Superbox, Superbox, Superbox]
    label: str
    claim: bytes
    protected: bytes
    unprotected: Mapping[Any, Any]
    signature: bytes

    @property
    def assertions(self) -> tuple[Superbox, ...]:
        """The assertions' boxes."""
        return self.boxes[2].children

    @property
    def tbs(self) -> bytes:
        """The COSE Sig_structure (RFC 9052 §4.4)."""
        return sig_structure("Signature1", self.protected, self.claim)

    @property
    def time_stamp_payload(self) -> bytes:
        """The bytes whose digest a time-stamp covers (C2PA 2.2 §10.3.2.5)."""
        return sig_structure("CounterSignature", self.protected, cbor_bytes(self.signature))

    def with_time_stamp(self, token: bytes) -> bytes:
        """Return the store with only a time-stamp in its unprotected header.

        Args:
            token: DER of a TimeStampToken; empty for none.
        """
        header = cbor_head(5, 0)
        if token:
            value = cbor_head(5, 1) + cbor_text("val") + cbor_bytes(token)
            tokens = cbor_head(5, 1) + cbor_text("tstTokens") + cbor_head(4, 1) + value
            header = cbor_head(5, 1) + cbor_text("sigTst2") + tokens
        cose = (
            cbor_head(6, COSE_SIGN1_TAG)
            + cbor_head(4, 4)
            + cbor_bytes(self.protected)
            + header
            + cbor_head(7, 22)
            + cbor_bytes(self.signature)
        )
        store, manifest, _, _, signature = self.boxes
        before = len(signature.only_content("cbor")) + _HEADER_BYTES
        box = signature.payload[:-before] + jumbf_box("cbor", cose)
        for above, replaced in ((manifest, signature), (store, manifest)):
            unchanged = above.payload[: -len(replaced.payload) - _HEADER_BYTES]
            box = unchanged + jumbf_box("jumb", box)
        return jumbf_box("jumb", box)


def read_manifest(manifest_store: bytes) -> ReadManifest:
    """Parse a manifest store.

    Raises:
        ManifestError: It does not hold exactly one manifest with a version 2 claim and a signature.
    """
    try:
        store = read_jumbf(manifest_store)
        manifest = _only(store, "c2pa")
        parts = [(part.kind, part.label) for part in manifest.children]
        if manifest.kind != "c2ma" or manifest.content or parts != _MANIFEST_PARTS:
            raise ManifestError("it is not one manifest of assertions, claim and signature")
        assertions, claim, signature = manifest.children
        protected, unprotected, value = _sign1(read_cbor(signature.only_content("cbor")))
        return ReadManifest(
            (store, manifest, assertions, claim, signature),
            manifest.label,
            claim.only_content("cbor"),
            protected,
            unprotected,
            value,
        )
    except (JumbfError, CborError) as broken:
        raise ManifestError(str(broken)) from broken


def _only(box: Superbox, kind: str) -> Superbox:
    if (box.kind, box.label) != (kind, kind) or box.content or len(box.children) != 1:
        raise ManifestError("it is not a store of one manifest")
    return box.children[0]


def _sign1(cose: Any) -> tuple[bytes, Mapping[Any, Any], bytes]:
    match cose:
        case Tagged(tag=18, value=[bytes(protected), dict(unprotected), None, bytes(signature)]):
            return protected, unprotected, signature
    raise ManifestError("its signature is not a COSE_Sign1 of a detached claim")
