"""The trust lists as c2pa-rs takes them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import c2pa

from central_signer.engine_settings import OFFLINE, TRUST_CONFIG
from edge_signer.verification.trust import Purpose, TrustAnchor, TrustList, TrustLists

_MOST_KEPT = 8
_URI = "urn:edge-signer:anchors:"


class AnchorsError(Exception):
    """c2pa-rs rejects the trusted certificates; the text says why in one line."""


@dataclass(frozen=True)
class TrustedRoots:
    """Settings of c2pa-rs, and what they were made of.

    Attributes:
        context: The settings.
        lists: For each URI in the settings, the list that trusts its anchors for each purpose.
    """

    context: c2pa.Context
    lists: Mapping[str, Mapping[Purpose, TrustList]]

    def list_of(self, uri: str, purpose: Purpose) -> TrustList | None:
        """Return the list that trusts anchors for a purpose; None if they are for another.

        Args:
            uri: As c2pa-rs reports it.
            purpose: What the anchors were used for. c2pa-rs uses all of them for both.
        """
        return self.lists.get(uri, {}).get(purpose)


class TrustedRootsCache:
    """Makes the settings of c2pa-rs, and keeps the latest: lists change rarely.

    Dated anchors make several: for the present, and for the times of time-stamps.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, ...], tuple[TrustLists, TrustedRoots]] = {}
        self._lock = Lock()

    def at(self, trust: TrustLists, moment: datetime) -> TrustedRoots:
        """Return the settings with the certificates that are trusted at a time.

        Raises:
            AnchorsError: c2pa-rs rejects the certificates.
        """
        trusted = _Trusted(trust, moment)
        with self._lock:
            # The kept lists are alive, so no other anchor has the identity of one of theirs.
            # Settings that were made before a fork are refused after it, as if the file were bad.
            key = (os.getpid(), *trusted.identity)
            if kept := self._kept.get(key):
                return kept[1]
            roots = trusted.roots()
            if len(self._kept) == _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = trust, roots
            return roots


class _Trusted:
    """What is trusted at a time."""

    def __init__(self, trust: TrustLists, moment: datetime) -> None:
        self._end_entities = trust.allowed_list(moment)
        self._anchors: dict[Purpose, list[tuple[TrustList, TrustAnchor]]] = {
            "signers": list(trust.anchors("signers", moment)),
            "time_stamps": list(trust.anchors("time_stamps", moment)),
        }
        self.identity = (
            hash(self._end_entities),
            *(id(one) for found in self._anchors.values() for pair in found for one in pair),
        )

    def roots(self) -> TrustedRoots:
        """Group the anchors by the lists that trust them, as c2pa-rs reports a group's URI."""
        trusting: dict[bytes, dict[Purpose, TrustList]] = {}
        pem: dict[bytes, str] = {}
        for purpose, found in self._anchors.items():
            for trust_list, anchor in found:
                if not anchor.is_end_entity:
                    trusting.setdefault(anchor.sha256, {}).setdefault(purpose, trust_list)
                    pem[anchor.sha256] = anchor.pem
        groups: dict[tuple[tuple[Purpose, int], ...], list[bytes]] = {}
        for digest, by_purpose in trusting.items():
            key = tuple((purpose, id(one)) for purpose, one in by_purpose.items())
            groups.setdefault(key, []).append(digest)
        uris = {f"{_URI}{number}": digests for number, digests in enumerate(groups.values())}
        anchors = [
            _entry(uri, "".join(pem[digest] for digest in digests)) for uri, digests in uris.items()
        ]
        if self._end_entities:
            anchors.append(_entry(f"{_URI}end-entities", "", self._end_entities))
        return TrustedRoots(
            _context(anchors), {uri: trusting[digests[0]] for uri, digests in uris.items()}
        )


def _entry(uri: str, anchors: str, end_entities: str = "") -> dict[str, str]:
    entry = {"trust_uri": uri, "trust_kind": "manifest", "trust_anchors": anchors}
    entry["trust_config"] = TRUST_CONFIG
    return entry | ({"allowed_list": end_entities} if end_entities else {})


def _context(anchors: list[dict[str, str]]) -> c2pa.Context:
    trust = {"anchors": anchors, "trust_config": TRUST_CONFIG}
    try:
        return c2pa.Context(c2pa.Settings.from_dict({"trust": trust, **OFFLINE}))
    except c2pa.C2paError as broken:
        raise AnchorsError(f"c2pa-rs cannot read the trusted certificates: {broken}") from broken
