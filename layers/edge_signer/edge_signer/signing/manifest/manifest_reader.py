"""A manifest store taken apart as far as its signature, and its COSE header exchanged."""

from __future__ import annotations

from collections.abc import Mapping
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
)
from edge_signer.signing.manifest.jumbf_reader import JumbfError, Superbox, jumbf_box, read_jumbf

_BOX_HEADER_BYTES = 8
_MANIFEST_PARTS = [
    ("c2as", "c2pa.assertions"),
    ("c2cl", "c2pa.claim.v2"),
    ("c2cs", "c2pa.signature"),
]


class ManifestError(Exception):
    """Bytes are no manifest store of one signed claim, or not the one that was asked for."""


@dataclass(frozen=True)
class ReadManifest:
    """A store of one manifest.

    Attributes:
        boxes: The store, the manifest, and the manifest's assertions, claim and signature.
        label: What the manifest is called.
        claim: As it was signed, in CBOR.
        protected: The protected header, in CBOR.
        unprotected: The unprotected one.
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
        context = cbor_head(4, 4) + cbor_text("Signature1")
        return context + cbor_bytes(self.protected) + cbor_bytes(b"") + cbor_bytes(self.claim)

    @property
    def time_stamp_payload(self) -> bytes:
        """The bytes whose digest a time-stamp covers (C2PA 2.2 §10.3.2.5)."""
        context = cbor_head(4, 4) + cbor_text("CounterSignature") + cbor_bytes(self.protected)
        return context + cbor_bytes(b"") + cbor_bytes(cbor_bytes(self.signature))

    def with_time_stamp(self, token: bytes) -> bytes:
        """Give the store with nothing in its unprotected header but a time-stamp.

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
        before = len(signature.only_content("cbor")) + _BOX_HEADER_BYTES
        box = signature.payload[:-before] + jumbf_box("cbor", cose)
        for above, replaced in ((manifest, signature), (store, manifest)):
            unchanged = above.payload[: -len(replaced.payload) - _BOX_HEADER_BYTES]
            box = unchanged + jumbf_box("jumb", box)
        return jumbf_box("jumb", box)


def read_manifest(manifest_store: bytes) -> ReadManifest:
    """Take a store apart.

    Raises:
        ManifestError: It does not hold exactly one manifest, of a claim of version 2 and its
            signature.
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
    raise ManifestError("its signature is no COSE_Sign1 of a detached claim")
