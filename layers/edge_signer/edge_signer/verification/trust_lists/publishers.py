"""IPTC's Origin Verified News Publishers List, version 0.1 of its JSON format.

https://iptc.org/verified-news-publishers-list/trust-list-format describes it. Each entity has a
JSON Web Key Set (RFC 7517) whose keys have a certificate (`x5c`) or its digest (`x5t#S256`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from edge_signer.verification.trust import TrustAnchor, TrustedDigest
from edge_signer.verification.trust_lists.content import (
    ListContent,
    ListEntry,
    TrustListError,
    is_issuer,
    is_usable,
    read_base64,
    read_base64url,
    read_certificate,
    require_few,
)
from edge_signer.verification.trust_lists.json_text import Items, ListPart, Time, path_of, read_form

_SHA256_BYTES = 32
# RFC 7517 wants bare base64 in `x5c`; IPTC's page says PEM.
_ARMOUR = re.compile(r"-----(BEGIN|END) CERTIFICATE-----")


class _Key(ListPart):
    chain: Items[str] = Field(default=[], alias="x5c")
    sha256: str | None = Field(default=None, alias="x5t#S256")


class _KeySet(ListPart):
    keys: Items[_Key]


class _Entity(ListPart):
    display_name: str
    is_ca: bool = Field(alias="isCA")
    jwks: _KeySet


class _Document(ListPart):
    name: str
    last_updated: Time | None = None
    entities: Items[_Entity] = Field(min_length=1)


def read_publishers(document: Any) -> ListContent:
    """Read a list of publishers, who are signers.

    Args:
        document: The JSON document, an object with `entities`.

    Raises:
        TrustListError: A field is missing or wrong.
    """
    read = read_form(_Document, document)
    entries: list[ListEntry] = []
    notes: list[str] = []
    for number, entity in enumerate(read.entities):
        for place, key in enumerate(entity.jwks.keys):
            where = path_of("entities", number, "jwks", "keys", place)
            entries += _entry(key, entity, where, notes)
            require_few(entries)
    return ListContent(
        entries=tuple(entries),
        title=read.name.strip(),
        purposes=frozenset({"signers"}),
        issued=read.last_updated,
        notes=tuple(notes),
    )


def _entry(key: _Key, entity: _Entity, where: str, notes: list[str]) -> Iterator[ListEntry]:
    if key.chain:
        # Only the first certificate is the key's; the others are its issuers.
        field = f"{where}.x5c[0]"
        try:
            der = read_base64(_ARMOUR.sub("", key.chain[0]))
        except ValueError:
            raise TrustListError(f"{field} is not base64") from None
        certificate = read_certificate(der, field)
        if not is_usable(certificate):
            notes.append(f"{entity.display_name} has a kind of key that is not supported.")
            return
        is_alone = not (entity.is_ca and is_issuer(certificate))
        yield ListEntry(TrustAnchor(certificate, entity.display_name, is_alone))
    elif key.sha256 is not None:
        yield from _digest(key.sha256, entity, where, notes)
    else:
        raise TrustListError(f"{where} has neither x5c nor x5t#S256")


def _digest(text: str, entity: _Entity, where: str, notes: list[str]) -> Iterator[ListEntry]:
    field = f"{where}.x5t#S256"
    try:
        digest = read_base64url(text.rstrip("="))
    except ValueError:
        raise TrustListError(f"{field} is not base64url") from None
    if len(digest) != _SHA256_BYTES:
        raise TrustListError(f"{field} has {len(digest)} bytes instead of {_SHA256_BYTES}")
    if entity.is_ca:
        notes.append(f"{entity.display_name} is an authority of which only a digest is listed.")
    else:
        yield ListEntry(TrustedDigest(digest, entity.display_name))
