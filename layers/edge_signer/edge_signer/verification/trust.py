"""Trust lists as data: whom they trust, for what, and from when to when."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

#: What a list is trusted for: signatures of claims, or time-stamps.
Purpose = Literal["signers", "time_stamps"]


@dataclass(frozen=True, kw_only=True)
class TrustPeriod:
    """When a list trusts an entry, whatever the certificate itself says.

    Attributes:
        trusted_from: Start of the trust that the list states; None for no bound.
        trusted_until: Its end, which is no longer trusted; None for no bound.
    """

    trusted_from: datetime | None = None
    trusted_until: datetime | None = None

    def is_trusted_at(self, moment: datetime) -> bool:
        """Tell whether the list trusts the entry at a time."""
        return (self.trusted_from is None or self.trusted_from <= moment) and (
            self.trusted_until is None or moment < self.trusted_until
        )


@dataclass(frozen=True)
class TrustAnchor(TrustPeriod):
    """A certificate that a list trusts: the root of a chain, or a certificate in it.

    Attributes:
        certificate: The certificate.
        entity: Whose it is, as the list says; empty if the list does not say.
        is_end_entity: Whether the list trusts this certificate alone and nothing that it issued
            (C2PA 2.2 §14.4.3).
    """

    certificate: x509.Certificate
    entity: str = ""
    is_end_entity: bool = False

    @cached_property
    def sha256(self) -> bytes:
        """Digest of the certificate in DER: 32 bytes."""
        return self.certificate.fingerprint(hashes.SHA256())

    @cached_property
    def key_identifier(self) -> bytes:
        """Identifier of its key, as certificates that it issued name it; empty for none."""
        try:
            found = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except (x509.ExtensionNotFound, ValueError):
            return b""
        return found.value.digest

    @cached_property
    def pem(self) -> str:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True)
class TrustedDigest(TrustPeriod):
    """An end-entity certificate of which a list has only the digest.

    Attributes:
        sha256: Of the certificate in DER: 32 bytes.
        entity: Whose it is, as the list says; empty if the list does not say.
    """

    sha256: bytes
    entity: str = ""


@dataclass(frozen=True)
class TrustList:
    """A list of anchors.

    Attributes:
        name: What a report calls it, such as `C2PA Trust List` or a file's name.
        purposes: What its anchors are trusted for.
        anchors: Its anchors. A certificate that was trusted twice is here twice.
        sha256: 64 hexadecimal digits, the digest of the file that it came from.
        issued: When it was published, if it says so.
        next_update: When a newer list should have replaced it, if it says so.
        is_development: Whether it trusts the emulator's own authorities, which prove nothing.
        digests: End-entity certificates of signers that it names by their digests.
        signature: Who signed the list, or that this was not verified; a sentence part.
    """

    name: str
    purposes: frozenset[Purpose]
    anchors: tuple[TrustAnchor, ...]
    sha256: str
    issued: datetime | None = None
    next_update: datetime | None = None
    is_development: bool = False
    digests: tuple[TrustedDigest, ...] = ()
    signature: str = ""

    def is_overdue_at(self, moment: datetime) -> bool:
        """Tell whether a newer list should have been published by then."""
        return self.next_update is not None and self.next_update < moment

    def number_trusted_at(self, moment: datetime) -> int:
        """Return how many of its anchors and digests it trusts at a time."""
        return sum(one.is_trusted_at(moment) for one in (*self.anchors, *self.digests))

    @cached_property
    def by_subject(self) -> Mapping[bytes, Sequence[TrustAnchor]]:
        """Its anchors by their certificates' subjects, in DER."""
        found: dict[bytes, list[TrustAnchor]] = {}
        for one in self.anchors:
            found.setdefault(one.certificate.subject.public_bytes(), []).append(one)
        return found

    @cached_property
    def end_entities(self) -> Mapping[bytes, Sequence[TrustPeriod]]:
        """When it trusts certificates that it trusts alone, by the digests of their DER."""
        ends: list[TrustAnchor | TrustedDigest] = [
            *(anchor for anchor in self.anchors if anchor.is_end_entity),
            *self.digests,
        ]
        found: dict[bytes, list[TrustPeriod]] = {}
        for one in ends:
            found.setdefault(one.sha256, []).append(one)
        return found

    def trusts_itself(self, sha256: bytes, moment: datetime) -> bool:
        """Tell whether it trusts a certificate alone at a time.

        Args:
            sha256: Digest of the certificate's DER: 32 bytes.
            moment: The time.
        """
        return any(one.is_trusted_at(moment) for one in self.end_entities.get(sha256, ()))


@dataclass(frozen=True)
class TrustLists:
    """All lists that a verdict rests on, in the order in which they are asked."""

    lists: tuple[TrustList, ...]

    @cached_property
    def known_issuances(self) -> set[bytes]:
        """What was verified under these lists: digests of an issuer, and of what it issued.

        The issuers of most signers are few, and verifying takes longer than all else in a chain.
        """
        return set()

    def anchors(
        self, purpose: Purpose, moment: datetime
    ) -> Iterator[tuple[TrustList, TrustAnchor]]:
        """Return the anchors that are trusted for a purpose at a time, each with its list.

        End-entity certificates are among them: they are trusted themselves, but issue nothing.
        """
        for one in self.lists:
            if purpose in one.purposes:
                yield from ((one, anchor) for anchor in one.anchors if anchor.is_trusted_at(moment))

    def named(
        self, subject: x509.Name, purpose: Purpose, moment: datetime
    ) -> Iterator[tuple[TrustList, TrustAnchor]]:
        """Return those of `anchors` whose certificate has this subject."""
        encoded = subject.public_bytes()
        for one in self.lists:
            if purpose in one.purposes:
                for anchor in one.by_subject.get(encoded, ()):
                    if anchor.is_trusted_at(moment):
                        yield one, anchor

    def allowed_list(self, moment: datetime) -> str:
        """Return the signers' end-entity certificates that are trusted at a time, for c2pa-rs.

        Returns:
            A line for each certificate: the SHA-256 of its DER in base64. This is the form of
            c2pa-rs's setting `allowed_list`.
        """
        trusted = (
            digest
            for one in self._for_signers()
            for digest in one.end_entities
            if one.trusts_itself(digest, moment)
        )
        return "".join(f"{base64.b64encode(one).decode()}\n" for one in dict.fromkeys(trusted))

    def list_with_signer(self, leaf: x509.Certificate, moment: datetime) -> TrustList | None:
        """Return the first list that trusts a signer's own certificate at a time, if one does.

        Nothing is checked but that the list has this very certificate, or its digest.
        """
        lists = [one for one in self._for_signers() if one.end_entities]
        digest = leaf.fingerprint(hashes.SHA256()) if lists else b""
        return next((one for one in lists if one.trusts_itself(digest, moment)), None)

    def _for_signers(self) -> Iterator[TrustList]:
        return (one for one in self.lists if "signers" in one.purposes)
