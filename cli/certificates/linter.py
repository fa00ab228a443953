"""Checks a certificate chain against every rule, and says for each fault what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from cli.certificates.lint_rules import LONGEST_DAYS, RENEWAL_DAYS, RULES, Severity
from cli.certificates.programme_profile import issuer_codes, leaf_codes
from edge_signer.signing.credentials.algorithm import ALGORITHMS
from edge_signer.signing.credentials.certificate import MAX_CERTIFICATES, UNREADABLE
from edge_signer.signing.credentials.certificate_fields import extension, purposes
from edge_signer.signing.credentials.certificate_profile import faults_of_issuer, profile_faults
from edge_signer.signing.credentials.name_constraints import name_constraint_faults

# 20 octets, of which the first bit is the sign.
_MOST_SERIAL_BITS = 8 * 20 - 1


@dataclass(frozen=True)
class LintFinding:
    """A rule that a certificate breaks.

    Attributes:
        code: Names the rule.
        severity: `error`, or `warning` for what engines accept and no document forbids.
        certificate: Its number in the file, from 1.
        subject: Its subject; empty if it cannot be read.
        sentence: What is wrong.
        remedy: What to do.
        source: Who demands it.
    """

    code: str
    severity: Severity
    certificate: int
    subject: str
    sentence: str
    remedy: str
    source: str

    def as_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return asdict(self)


def lint(
    certificates: Sequence[x509.Certificate],
    *,
    level: int | None = None,
    anchors: Sequence[x509.Certificate] | None = None,
    now: datetime | None = None,
) -> list[LintFinding]:
    """Check a chain.

    Args:
        certificates: Leaf first; at least one.
        level: Assurance level of the programme, 1 or 2; None for the standard's rules alone.
        anchors: The trusted roots; None if they are not known.
        now: The time of the check; by default the present.

    Returns:
        The faults in the order of the certificates; empty if there are none.
    """
    return list(_Linter(certificates, level, anchors, now or datetime.now(UTC)).findings())


class _Linter:
    def __init__(
        self,
        certificates: Sequence[x509.Certificate],
        level: int | None,
        anchors: Sequence[x509.Certificate] | None,
        now: datetime,
    ) -> None:
        self._file = certificates
        # Certificates compare by their bytes; the first copy counts.
        self._all = list(dict.fromkeys(certificates))
        self._has_root = len(self._all) > 1 and _is_self_issued(self._all[-1])
        self._chain = self._all[:-1] if self._has_root else self._all
        self._level = level
        self._anchors = anchors
        self._now = now
        self._unreadable = False

    def findings(self) -> Iterator[LintFinding]:
        yield from self._of_each(0, self._leaf_faults)
        for number in range(1, len(self._chain)):
            yield from self._of_each(number, partial(self._issuer_faults, number))
        if not self._unreadable:
            for fault in name_constraint_faults(self._chain):
                yield self._finding("name-constraints", 0, fault)
            yield from self._of_the_chain()

    def _leaf_faults(self) -> list[tuple[str, str]]:
        leaf = self._chain[0]
        faults = [(one.code, str(one)) for one in profile_faults(leaf)]
        codes = _common_codes(leaf, self._now)
        if not any(one.fits(leaf.public_key()) for one in ALGORITHMS.values()):
            codes.append("leaf-key")
        if extension(leaf, x509.SubjectKeyIdentifier) is None:
            codes.append("subject-key-missing")
        if purposes(leaf) and ExtendedKeyUsageOID.EMAIL_PROTECTION not in purposes(leaf):
            codes.append("email-protection-missing")
        if self._level is not None:
            codes += leaf_codes(leaf, self._level, LONGEST_DAYS[self._level])
        return [*faults, *((code, "") for code in codes)]

    def _issuer_faults(self, number: int) -> list[tuple[str, str]]:
        issuer = self._chain[number]
        faults = faults_of_issuer(issuer, number - 1)
        codes = _common_codes(issuer, self._now)
        if number == 1 and self._level is not None:
            codes += issuer_codes(issuer)
        return [*((one.code, str(one)) for one in faults), *((code, "") for code in codes)]

    def _of_the_chain(self) -> Iterator[LintFinding]:
        for number, (issued, issuer) in enumerate(pairwise(self._all)):
            if not _issued(issued, issuer):
                yield self._finding("order", number)
                continue
            if issued.not_valid_after_utc > issuer.not_valid_after_utc:
                yield self._finding("outlives-issuer", number)
            if not _names_key_of(issued, issuer):
                yield self._finding("authority-key-mismatch", number)
        for number, one in enumerate(self._all):
            if self._file.count(one) > 1:
                yield self._finding("duplicate", number)
        if self._has_root:
            yield self._finding("root-included", len(self._all) - 1)
        if len(self._chain) > MAX_CERTIFICATES:
            yield self._finding("chain-too-long", MAX_CERTIFICATES)
        if self._anchors is not None:
            yield from self._of_the_roots(self._anchors)

    def _of_the_roots(self, anchors: Sequence[x509.Certificate]) -> Iterator[LintFinding]:
        last = len(self._chain) - 1
        roots = [one for one in anchors if _issued(self._chain[last], one)]
        if not roots:
            yield self._finding("not-anchored", last)
        elif not any(self._is_usable(one) for one in roots):
            yield self._finding("root-unusable", last)

    def _is_usable(self, root: x509.Certificate) -> bool:
        if not root.not_valid_before_utc <= self._now <= root.not_valid_after_utc:
            return False
        try:
            constraints = extension(root, x509.BasicConstraints)
            # Those of the chain itself are reported where they are.
            known = len(name_constraint_faults(self._chain))
            allows_names = len(name_constraint_faults([*self._chain, root])) == known
        except UNREADABLE:
            return False
        longest = None if constraints is None else constraints.path_length
        return allows_names and (longest is None or len(self._chain) - 1 <= longest)

    def _of_each(
        self, number: int, faults: Callable[[], Sequence[tuple[str, str]]]
    ) -> Iterator[LintFinding]:
        try:
            for code, demand in faults():
                yield self._finding(code, number, demand)
        except UNREADABLE:
            self._unreadable = True
            yield self._finding("unreadable", number)

    def _finding(self, code: str, number: int, demand: str = "") -> LintFinding:
        rule = RULES[code]
        certificate = self._all[number]
        try:
            subject = certificate.subject.rfc4514_string()
        except UNREADABLE:
            subject = ""
        is_demanded = rule.of_the_programme and self._level is not None
        return LintFinding(
            code,
            "error" if is_demanded else rule.severity,
            self._file.index(certificate) + 1,
            subject,
            f"It {demand or rule.sentence}.",
            f"{rule.remedy}.",
            rule.source,
        )


def _common_codes(certificate: x509.Certificate, now: datetime) -> list[str]:
    codes = []
    if not 0 < certificate.serial_number < 1 << _MOST_SERIAL_BITS:
        codes.append("serial-number")
    if any(
        isinstance(one.value, x509.KeyUsage) and not one.critical for one in certificate.extensions
    ):
        codes.append("key-usage-not-critical")
    if now < certificate.not_valid_before_utc:
        codes.append("not-yet-valid")
    elif now > certificate.not_valid_after_utc:
        codes.append("expired")
    elif certificate.not_valid_after_utc - now < timedelta(days=RENEWAL_DAYS):
        codes.append("ends-soon")
    return codes


def _is_self_issued(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def _names_key_of(issued: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the key identifiers of both agree, as far as there are any."""
    try:
        authority = extension(issued, x509.AuthorityKeyIdentifier)
        subject = extension(issuer, x509.SubjectKeyIdentifier)
    except UNREADABLE:
        return False
    if authority is None or subject is None:
        return True
    return authority.key_identifier == subject.digest


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except UNREADABLE:
        return False
    return True
