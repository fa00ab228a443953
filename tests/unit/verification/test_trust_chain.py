"""Chains of certificates to the anchors of trust lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from edge_signer.signing.credentials.certificate_profile import issuer_faults, profile_faults
from edge_signer.verification.signatures import trust_chain as trust_chains
from edge_signer.verification.signatures.certificates import (
    credential_faults,
    has_usual_key,
)
from edge_signer.verification.signatures.trust_chain import TrustChain, trust_chain
from edge_signer.verification.trust import TrustAnchor, TrustList, TrustLists
from tests.authorities.certificates import key_usage
from tests.authorities.issuing_chains import named

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
SIGNS = key_usage(frozenset({"key_cert_sign"}))


@dataclass
class Authority:
    """A CA with a key of its own."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    certificate: x509.Certificate | None = None

    def issue(
        self,
        subject: str,
        public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        *others: x509.ExtensionType,
        ends: datetime = NOW + 30 * DAY,
    ) -> x509.Certificate:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named(self.name))
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 60 * DAY)
            .not_valid_after(ends)
            .public_key(public_key)
        )
        for one in (authority, *others):
            builder = builder.add_extension(one, isinstance(one, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())

    def certified_by(
        self,
        upper: Authority,
        *others: x509.ExtensionType,
        path_length: int | None = None,
        **more: datetime,
    ) -> None:
        self.certificate = upper.issue(
            self.name,
            self.key.public_key(),
            x509.BasicConstraints(ca=True, path_length=path_length),
            x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()),
            SIGNS,
            *others,
            **more,
        )

    def only(self) -> x509.Certificate:
        assert self.certificate is not None
        return self.certificate


def authorities(path_length: int | None = None) -> tuple[Authority, Authority, Authority]:
    """A root, a CA below it, and one below that."""
    root, middle, lowest = Authority("Root"), Authority("Middle"), Authority("Lowest")
    root.certified_by(root, path_length=path_length)
    middle.certified_by(root)
    lowest.certified_by(middle)
    return root, middle, lowest


def leaf_of(authority: Authority, name: str = "Leaf") -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return authority.issue(
        name,
        key,
        key_usage(frozenset({"digital_signature"})),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]),
    )


def lists(*certificates: x509.Certificate, **dates: datetime) -> TrustLists:
    begins, ends = dates.get("trusted_from"), dates.get("trusted_until")
    anchors = tuple(
        TrustAnchor(one, trusted_from=begins, trusted_until=ends) for one in certificates
    )
    return TrustLists((TrustList("a list", frozenset({"signers"}), anchors, ""),))


def chain(leaf: x509.Certificate, others: list[x509.Certificate], trust: TrustLists) -> TrustChain:
    return trust_chain(leaf, others, trust, "signers", NOW)


def test_an_anchor_may_be_any_certificate_of_the_chain() -> None:
    root, middle, lowest = authorities()
    leaf = leaf_of(lowest)
    others = [lowest.only(), middle.only()]
    for anchor in (root.only(), middle.only(), lowest.only(), leaf):
        found = chain(leaf, others, lists(anchor))
        assert found.trusted_by is not None, anchor
        assert found.trusted_by.name == "a list"
    assert chain(leaf, others, lists(leaf_of(lowest))).trusted_by is None
    assert chain(leaf, others, TrustLists(())).problem


def test_the_order_of_the_certificates_does_not_matter_and_their_presence_does() -> None:
    root, middle, lowest = authorities()
    leaf = leaf_of(lowest)
    strangers = [one.only() for one in authorities()]
    others = [*strangers, middle.only(), leaf_of(lowest), lowest.only()]
    assert chain(leaf, others, lists(root.only())).problem == ""
    assert chain(leaf, [middle.only()], lists(root.only())).trusted_by is None


def test_what_an_anchor_may_not_issue_is_not_trusted() -> None:
    root, middle, lowest = authorities(path_length=0)
    others = [lowest.only(), middle.only()]
    assert "anchor may not issue" in chain(leaf_of(lowest), others, lists(root.only())).problem
    # A list that names an end entity trusts nothing that this one issues.
    signer = Authority("Signer")
    signer.certificate = leaf_of(middle, "Signer")
    end_entity = middle.issue("Signer", signer.key.public_key(), SIGNS)
    assert chain(leaf_of(signer), [], lists(end_entity)).trusted_by is None


def test_names_alone_make_no_chain() -> None:
    root, middle, lowest = authorities()
    impostor = Authority("Lowest")
    impostor.certified_by(impostor)
    leaf = leaf_of(impostor)
    for others in ([lowest.only(), middle.only()], [impostor.only()]):
        assert chain(leaf, others, lists(root.only(), middle.only())).trusted_by is None


def test_of_two_certificates_of_an_issuer_the_valid_one_is_found() -> None:
    root, middle, _ = authorities()
    expired = Authority("Middle", middle.key)
    expired.certified_by(root, ends=NOW - DAY)
    leaf = leaf_of(middle)
    assert chain(leaf, [expired.only(), middle.only()], lists(root.only())).problem == ""
    assert "was not valid then" in chain(leaf, [expired.only()], lists(root.only())).problem


def test_trust_has_dates_of_its_own() -> None:
    root, middle, _ = authorities()
    leaf, others = leaf_of(middle), [middle.only()]
    for dates, is_trusted in (
        ({"trusted_from": NOW - DAY, "trusted_until": NOW + DAY}, True),
        ({"trusted_from": NOW + DAY}, False),
        ({"trusted_until": NOW - DAY}, False),
    ):
        found = chain(leaf, others, lists(root.only(), **dates))
        assert (found.trusted_by is not None) == is_trusted


def test_the_names_that_an_issuer_may_certify_are_checked() -> None:
    root, middle, _ = authorities()
    allowed = x509.NameConstraints([x509.DirectoryName(named("Other"))], None)
    middle.certified_by(root, allowed)
    assert "name constraints" in chain(leaf_of(middle), [middle.only()], lists(root.only())).problem


def test_many_certificates_of_one_name_are_not_all_tried() -> None:
    root, middle, _ = authorities()
    impostors = []
    for _ in range(40):
        impostor = Authority("Middle")
        impostor.certified_by(impostor)
        impostors.append(impostor.only())
    leaf = leaf_of(middle)
    assert chain(leaf, [middle.only(), *impostors], lists(root.only())).problem == ""
    assert chain(leaf, [*impostors, middle.only()], lists(root.only())).trusted_by is None


def test_keys_that_take_long_are_not_used() -> None:
    key = rsa.generate_private_key(65537, 2048).public_key()
    assert has_usual_key(Authority("A").issue("B", key))
    slow = rsa.RSAPublicNumbers(2**2047 + 1, key.public_numbers().n).public_key()
    assert not has_usual_key(Authority("A").issue("B", slow))


def test_what_the_standard_allows_is_not_refused_although_some_engine_does() -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "No organisation")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(named("Root"))
        .serial_number(1)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .public_key(key.public_key())
    )
    for extension in (
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
        key_usage(frozenset({"digital_signature"})),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]),
    ):
        builder = builder.add_extension(extension, critical=False)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
    leaf = builder.sign(key, hashes.SHA256(), rsa_padding=pss)
    assert credential_faults(leaf) == []
    refused = {fault.code for fault in (*profile_faults(leaf), *issuer_faults([leaf]))}
    assert {"organisation-missing", "signature-algorithm"} <= refused
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"")
    critical = builder.add_extension(unknown, critical=True).sign(key, hashes.SHA256())
    assert any("critical extension" in one for one in credential_faults(critical))
    weak = builder.sign(key, hashes.SHA224())
    assert any("algorithm that the standard allows" in one for one in credential_faults(weak))


def test_who_issued_what_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    root, middle, lowest = authorities()
    leaf, others, trust = leaf_of(lowest), [lowest.only(), middle.only()], lists(root.only())
    assert chain(leaf, others, trust).trusted_by is not None
    # Without this, nothing can be verified.
    monkeypatch.setattr(trust_chains, "has_usual_key", lambda _: False)
    assert chain(leaf, others, trust).trusted_by is not None
    assert chain(leaf_of(lowest), others, trust).trusted_by is None
    damaged = bytearray(leaf.public_bytes(Encoding.DER))
    damaged[-1] ^= 1
    assert chain(x509.load_der_x509_certificate(bytes(damaged)), others, trust).trusted_by is None
    assert chain(leaf, others, lists(root.only())).trusted_by is None


def test_what_is_known_of_issuers_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_chains, "_MAX_KNOWN", 3)
    root, middle, lowest = authorities()
    trust = lists(root.only())
    for _ in range(4):
        found = chain(leaf_of(lowest), [lowest.only(), middle.only()], trust)
        assert found.trusted_by is not None
        assert len(trust.known_issuances) <= 3
