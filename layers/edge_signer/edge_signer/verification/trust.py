"""Trust lists as data: whom they trust, for what, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from cryptography import x509

#: What a list is trusted for: signatures of claims, or time-stamps.
Purpose = Literal["signers", "time_stamps"]


@dataclass(frozen=True)
class TrustAnchor:
    """A certificate that a list trusts: the root of a chain, or a certificate in it.

    Attributes:
        certificate: The certificate.
        entity: Whose it is, as the list says; empty if the list does not say.
        trusted_from: Start of the trust that the list states; None for no bound.
        trusted_until: Its end; None for no bound.
    """

    certificate: x509.Certificate
    entity: str = ""
    trusted_from: datetime | None = None
    trusted_until: datetime | None = None

    def is_trusted_at(self, moment: datetime) -> bool:
        """Tell whether the list trusts it at a time, whatever the certificate itself says."""
        return (self.trusted_from is None or self.trusted_from <= moment) and (
            self.trusted_until is None or moment <= self.trusted_until
        )


@dataclass(frozen=True)
class TrustList:
    """A list of anchors.

    Attributes:
        name: What a report calls it, such as `C2PA trust list` or a file's name.
        purposes: What its anchors are trusted for.
        anchors: Its anchors.
        sha256: 64 hexadecimal digits, the digest of the file that it came from.
        issued: When it was published, if it says so.
        next_update: When a newer list should have replaced it, if it says so.
        is_development: Whether it trusts the emulator's own authorities, which prove nothing.
    """

    name: str
    purposes: frozenset[Purpose]
    anchors: tuple[TrustAnchor, ...]
    sha256: str
    issued: datetime | None = None
    next_update: datetime | None = None
    is_development: bool = False

    @cached_property
    def by_subject(self) -> Mapping[bytes, Sequence[TrustAnchor]]:
        """Its anchors by their certificates' subjects, in DER."""
        found: dict[bytes, list[TrustAnchor]] = {}
        for one in self.anchors:
            found.setdefault(one.certificate.subject.public_bytes(), []).append(one)
        return found


@dataclass(frozen=True)
class TrustLists:
    """All lists that a verdict rests on, in the order in which they are asked."""

    lists: tuple[TrustList, ...]

    def anchors(
        self, purpose: Purpose, moment: datetime
    ) -> Iterator[tuple[TrustList, TrustAnchor]]:
        """Return the anchors that are trusted for a purpose at a time, each with its list."""
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

    def certificates(self, purpose: Purpose, moment: datetime) -> Sequence[x509.Certificate]:
        """Return the certificates of `anchors`."""
        return [anchor.certificate for _, anchor in self.anchors(purpose, moment)]
