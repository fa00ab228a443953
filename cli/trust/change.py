"""What a newer list changes: who is trusted that was not, who no longer is, and new dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from edge_signer.verification.trust import TrustAnchor, TrustedDigest, TrustList

_Trusted = TrustAnchor | TrustedDigest


@dataclass(frozen=True)
class ListChange:
    """The difference between two lists, in lines for people.

    Attributes:
        added: Certificates that only the newer list has.
        removed: Certificates that only the older list has.
        changed: Certificates whose trust begins or ends at another time.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both lists trust the same."""
        return not (self.added or self.removed or self.changed)


def change_between(before: Iterable[TrustList], after: Iterable[TrustList]) -> ListChange:
    """Compare two lists, certificate by certificate."""
    old, new = _by_digest(before), _by_digest(after)
    return ListChange(
        added=tuple(described(new[one]) for one in new if one not in old),
        removed=tuple(described(old[one]) for one in old if one not in new),
        changed=tuple(
            described(new[one])
            for one in new
            if one in old and _periods(old[one]) != _periods(new[one])
        ),
    )


def certificates_in(lists: Iterable[TrustList]) -> list[str]:
    """Describe each certificate of a list in a line."""
    return [described(entries) for entries in _by_digest(lists).values()]


def described(entries: Sequence[_Trusted]) -> str:
    """Describe a certificate that a list trusts, with all periods in which it does.

    Args:
        entries: The list's entries for it; at least one.
    """
    first = entries[0]
    if isinstance(first, TrustAnchor):
        certificate = first.certificate
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        named = str(common[0].value) if common else certificate.subject.rfc4514_string()
        own = f"certificate until {certificate.not_valid_after_utc:%Y-%m-%d}"
        alone = ["this certificate alone"] if first.is_end_entity else []
        parts = [f"{first.entity}: {named}" if first.entity else named, *alone, own]
    else:
        parts = [first.entity, f"the certificate with SHA-256 {first.sha256.hex()}"]
    return ", ".join(part for part in (*parts, *map(_period, entries)) if part)


def counted(lists: Iterable[TrustList]) -> str:
    """Say how many certificates a list has, and of how many entities."""
    found = _by_digest(lists)
    entities = {entries[0].entity for entries in found.values()} - {""}
    of_whom = f" of {_plural(len(entities), 'entity', 'entities')}" if entities else ""
    return f"{_plural(len(found), 'certificate', 'certificates')}{of_whom}"


def number_of_certificates(lists: Iterable[TrustList]) -> int:
    """Return how many certificates a list has."""
    return len(_by_digest(lists))


def _plural(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _by_digest(lists: Iterable[TrustList]) -> dict[bytes, list[_Trusted]]:
    found: dict[bytes, list[_Trusted]] = {}
    for one in lists:
        entries: list[_Trusted] = [*one.anchors, *one.digests]
        for entry in entries:
            of_it = found.setdefault(entry.sha256, [])
            # A list for two purposes has it twice.
            if entry not in of_it:
                of_it.append(entry)
    return found


def _periods(entries: Sequence[_Trusted]) -> list[tuple[datetime | None, datetime | None]]:
    return [(one.trusted_from, one.trusted_until) for one in entries]


def _period(entry: _Trusted) -> str:
    begin, end = entry.trusted_from, entry.trusted_until
    if begin is None and end is None:
        return ""
    since = f"trusted from {begin:%Y-%m-%d}" if begin else "trusted"
    return f"{since} until {end:%Y-%m-%d}" if end else since
