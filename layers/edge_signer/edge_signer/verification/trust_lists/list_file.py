"""Reads the file of a trust list in any of the published formats."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from edge_signer.verification.trust import Purpose, TrustAnchor, TrustedDigest, TrustList
from edge_signer.verification.trust_lists.content import (
    MAX_LIST_BYTES,
    ListContent,
    ListEntry,
    TrustListError,
)
from edge_signer.verification.trust_lists.json_text import read_json
from edge_signer.verification.trust_lists.list_signature import (
    NOT_SIGNED,
    NOT_VERIFIED,
    ListSigner,
    is_compact_jws,
    read_signed_list,
)
from edge_signer.verification.trust_lists.lote import read_lote
from edge_signer.verification.trust_lists.pem_lists import read_der_certificate, read_pem_list
from edge_signer.verification.trust_lists.publishers import read_publishers

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A sequence and its length. A digest in base64 may begin with the same byte, which is a 0.
_DER = re.compile(rb"\x30[^0-9A-Za-z+/=]")
_DOES_NOT_SAY = "it does not say whether it is for signers or for time-stamps"
_FOR_PEOPLE: dict[Purpose, str] = {"signers": "signers", "time_stamps": "time-stamps"}


@dataclass(frozen=True)
class ListFile:
    """A file that was read.

    Attributes:
        file: The file itself.
        content: What it says.
        sha256: Its digest: 64 hexadecimal digits.
        signature: Who signed it, or that this was not verified; a sentence part.
    """

    file: bytes
    content: ListContent
    sha256: str
    signature: str

    def purposes(self) -> frozenset[Purpose]:
        """Return what the list says that it is for; nothing if it does not say."""
        return self.content.purposes.union(*(one.purposes for one in self.content.entries))

    def trust_lists(
        self, name: str, wanted: Set[Purpose] = frozenset(), *, is_development: bool = False
    ) -> tuple[TrustList, ...]:
        """Return the list as data.

        Args:
            name: What to call it if it has no name of its own.
            wanted: What to trust it for; nothing for what it says itself.
            is_development: Whether it is the emulator's own.

        Returns:
            One list for each set of purposes that its entries have; usually one.

        Raises:
            TrustListError: It does not say what it is for and nothing is wanted; or it is for
                something else than what is wanted.
        """
        groups: dict[frozenset[Purpose], list[ListEntry]] = {}
        for entry in self.content.entries:
            if its := _purposes_of(entry, self.content.purposes, wanted):
                groups.setdefault(its, []).append(entry)
        if not groups:
            groups[self._purposes_of_none(wanted)] = []
        return tuple(
            TrustList(
                name=self.content.title or name,
                purposes=its,
                anchors=tuple(
                    one.trusted for one in entries if isinstance(one.trusted, TrustAnchor)
                ),
                sha256=self.sha256,
                issued=self.content.issued,
                next_update=self.content.next_update,
                is_development=is_development,
                digests=tuple(
                    one.trusted for one in entries if isinstance(one.trusted, TrustedDigest)
                ),
                signature=self.signature,
            )
            for its, entries in groups.items()
        )

    def _purposes_of_none(self, wanted: Set[Purpose]) -> frozenset[Purpose]:
        """Return what a list is for that trusts nobody, or refuse it if that is the reason."""
        said = self.purposes()
        if said and wanted and not said & wanted:
            raise TrustListError(f"it is for {purpose_text(said)}, not {purpose_text(wanted)}")
        if self.content.entries:
            raise TrustListError(
                f"none of its certificates may issue others, as {purpose_text(wanted)} need it"
            )
        if not (said or wanted):
            raise TrustListError(_DOES_NOT_SAY)
        return frozenset(said & wanted or said or wanted)


def read_list_file(content: bytes, signer: ListSigner | None = None) -> ListFile:
    """Read a list: C2PA's or IPTC's JSON, JSON signed as a JWS, PEM, digests, or one DER.

    Args:
        content: Of the file.
        signer: Who must have signed it; None accepts an unsigned list, and any signature.

    Raises:
        TrustListError: It cannot be read; or it is not signed by the signer.
    """
    if len(content) > MAX_LIST_BYTES:
        raise TrustListError(f"it has more than {MAX_LIST_BYTES // 2**20} MiB")
    sha256 = hashlib.sha256(content).hexdigest()
    text = content.removeprefix(_BYTE_ORDER_MARK)
    if is_compact_jws(text):
        signed = read_signed_list(text)
        if signer is not None:
            signer.verify(signed)
        read = _from_json(read_json(signed.payload))
        if signer is not None:
            signer.require_valid_at(read.issued)
        return ListFile(content, read, sha256, NOT_VERIFIED if signer is None else signer.verified)
    if signer is not None:
        raise TrustListError("it is not signed: it is no JWS in compact form")
    return ListFile(content, _from_unsigned(text), sha256, NOT_SIGNED)


def purpose_text(purposes: Set[Purpose]) -> str:
    """Name purposes for people: `signers and time-stamps`."""
    return " and ".join(_FOR_PEOPLE[one] for one in _FOR_PEOPLE if one in purposes)


def _from_unsigned(content: bytes) -> ListContent:
    if content.lstrip()[:1] in {b"{", b"["}:
        return _from_json(read_json(content))
    if _DER.match(content) and b"-----BEGIN" not in content:
        return read_der_certificate(content)
    if content.lstrip()[:1] == b"<":
        raise TrustListError("it is XML; only the JSON form of such lists is supported")
    return read_pem_list(content)


def _from_json(document: Any) -> ListContent:
    if isinstance(document, dict):
        if "LoTE" in document:
            return read_lote(document)
        if "entities" in document:
            return read_publishers(document)
        if "payload" in document and {"signature", "signatures"} & document.keys():
            raise TrustListError("it is a JWS in JSON form; only the compact form is supported")
    raise TrustListError(
        "it is JSON with neither LoTE (C2PA's lists) nor entities (IPTC's list of publishers)"
    )


def _purposes_of(
    entry: ListEntry, of_list: frozenset[Purpose], wanted: Set[Purpose]
) -> frozenset[Purpose]:
    said = entry.purposes or of_list
    if not (said or wanted):
        raise TrustListError(_DOES_NOT_SAY)
    its = said & wanted if said and wanted else frozenset(said or wanted)
    may_issue = isinstance(entry.trusted, TrustAnchor) and not entry.trusted.is_end_entity
    # An end-entity certificate is trusted for claims alone (C2PA 2.2 §14.4.3).
    return its if may_issue else its - {"time_stamps"}
