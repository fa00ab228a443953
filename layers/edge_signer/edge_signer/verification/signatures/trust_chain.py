"""Chains of certificates to the anchors of trust lists (C2PA 2.2 §14.5.1.2, RFC 5280 §6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.credentials.certificate_fields import extension
from edge_signer.signing.credentials.name_constraints import name_constraint_faults
from edge_signer.verification.signatures.certificates import (
    chain_faults,
    has_usual_key,
    outside_validity,
)
from edge_signer.verification.trust import Purpose, TrustList, TrustLists

# Several certificates may have the issuer's name; an attacker could add many.
_MAX_TRIED = 32
# Issuances, which strangers can make up; 100 bytes of memory for each.
_MAX_KNOWN = 1_024
_SHA256 = hashes.SHA256()


@dataclass(frozen=True)
class TrustChain:
    """A chain, or why there is none.

    Attributes:
        certificates: From the end entity up to what an anchor issued; without the anchor.
        trusted_by: The list whose anchor it leads to; None if it leads to none.
        problem: Why it is not trusted, in a sentence; empty if it is.
    """

    certificates: tuple[x509.Certificate, ...]
    trusted_by: TrustList | None
    problem: str = ""


def trust_chain(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    trust: TrustLists,
    purpose: Purpose,
    moment: datetime,
) -> TrustChain:
    """Find a chain from a certificate to an anchor.

    Args:
        leaf: The certificate that signed.
        others: Certificates that came with it, in any order.
        trust: The trust lists; an anchor may be any certificate of the chain.
        purpose: What the anchor must be trusted for.
        moment: When it signed.
    """
    if purpose == "signers" and (listed := trust.list_with_signer(leaf, moment)) is not None:
        return TrustChain((leaf,), listed)
    search = _Search(others, trust, purpose, moment)
    best: TrustChain | None = None
    for found in search.chains((leaf,)):
        if not found.problem:
            return found
        best = best or found
    if best is not None:
        return best
    return TrustChain((leaf,), None, "No chain leads from the certificate to a trusted root.")


class _Search:
    def __init__(
        self,
        others: Sequence[x509.Certificate],
        trust: TrustLists,
        purpose: Purpose,
        moment: datetime,
    ) -> None:
        self._others = others
        self._trust = trust
        self._purpose: Purpose = purpose
        self._moment = moment
        self._left = _MAX_TRIED

    def chains(self, path: tuple[x509.Certificate, ...]) -> Iterator[TrustChain]:
        """Find the chains that begin with a path and end at an anchor."""
        top = path[-1]
        for trust_list, anchor in self._trust.named(top.subject, self._purpose, self._moment):
            if anchor.certificate == top and not anchor.is_end_entity:
                yield self._judged(path, trust_list)
        # Of several anchors with one name, the one whose key is named is tried first.
        named = self._trust.named(top.issuer, self._purpose, self._moment)
        wanted = _issuer_key_identifier(top)
        for trust_list, anchor in sorted(named, key=lambda one: one[1].key_identifier != wanted):
            if anchor.is_end_entity or anchor.certificate == top:
                continue
            if self._issued(anchor.certificate, top):
                yield self._judged((*path, anchor.certificate), trust_list)
        for one in self._others:
            if one not in path and one.subject == top.issuer and self._issued(one, top):
                yield from self.chains((*path, one))

    def _issued(self, issuer: x509.Certificate, issued: x509.Certificate) -> bool:
        self._left -= 1
        if self._left < 0:
            return False
        pair = issuer.fingerprint(_SHA256) + issued.fingerprint(_SHA256)
        known = self._trust.known_issuances
        if pair in known:
            return True
        try:
            if not has_usual_key(issuer):
                return False
            issued.verify_directly_issued_by(issuer)
        except UNREADABLE:
            return False
        if len(known) >= _MAX_KNOWN:
            known.clear()
        known.add(pair)
        return True

    def _judged(self, path: tuple[x509.Certificate, ...], trust_list: TrustList) -> TrustChain:
        """Check a path that ends with an anchor."""
        below = path[:-1] if len(path) > 1 else path
        late = outside_validity(path[1:], self._moment)
        try:
            faults = [*chain_faults(below[1:]), *name_constraint_faults(path)]
        except UNREADABLE as broken:
            faults = [f"cannot be read: {broken}"]
        if late is not None:
            return TrustChain(below, None, f"The issuer {_name(late)} was not valid then.")
        if faults:
            return TrustChain(below, None, f"A certificate of the chain {faults[0]}.")
        if len(path) > 1 and not _may_issue(path[-1], len(path) - 2):
            return TrustChain(below, None, "The anchor may not issue this chain.")
        return TrustChain(below, trust_list)


def _may_issue(anchor: x509.Certificate, cas_below: int) -> bool:
    """Tell whether an anchor is a CA that admits a path of this length.

    A list may name an end entity, which is then trusted itself and must not issue anything
    (C2PA 2.2 §14.4.3). Old roots do not say that they are CAs.
    """
    try:
        constraints = extension(anchor, x509.BasicConstraints)
    except UNREADABLE:
        return False
    if constraints is None:
        return anchor.subject == anchor.issuer
    length = constraints.path_length
    return constraints.ca and (length is None or length >= cas_below)


def _issuer_key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        identifier = extension(certificate, x509.AuthorityKeyIdentifier)
    except UNREADABLE:
        return None
    return None if identifier is None else identifier.key_identifier


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()
