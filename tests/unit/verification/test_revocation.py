"""OCSP responses in a manifest store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from edge_signer.verification.signatures import revocation as ocsp_reading
from edge_signer.verification.signatures.revocation import revocation_of, stapled_responses
from tests.authorities.certificates import key_usage
from tests.authorities.issuing_chains import certificate

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
GOOD, REVOKED = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED


class Authority:
    """A CA that answers for its leaf, itself or through a responder."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        ca = (x509.BasicConstraints(ca=True, path_length=None), True)
        self.certificate = self._issue("Issuer", self.key.public_key(), ca)
        self.leaf = self._issue("Leaf", ec.generate_private_key(ec.SECP256R1()).public_key())
        self.responder_key = ec.generate_private_key(ec.SECP256R1())

    def _issue(self, name: str, public_key: Any, *extensions: Any) -> x509.Certificate:
        return certificate(name, public_key, "Issuer", self.key, [*extensions], hashes.SHA256())

    def responder(
        self,
        *uses: x509.ObjectIdentifier,
        filling: x509.UnrecognizedExtension | None = None,
    ) -> x509.Certificate:
        usage = (key_usage(frozenset({"digital_signature"})), True)
        extended = (x509.ExtendedKeyUsage([*uses]), False)
        more = [(filling, False)] if filling else []
        return self._issue("Responder", self.responder_key.public_key(), usage, extended, *more)

    def answer(
        self,
        status: ocsp.OCSPCertStatus = GOOD,
        about: x509.Certificate | None = None,
        begins: datetime = NOW - HOUR,
        ends: datetime | None = NOW + HOUR,
        revoked_at: datetime | None = None,
        reason: x509.ReasonFlags | None = None,
        hashed: hashes.SHA1 | hashes.SHA256 | None = None,
        responder: x509.Certificate | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> bytes:
        builder = ocsp.OCSPResponseBuilder().add_response(
            about or self.leaf,
            self.certificate,
            hashed or hashes.SHA1(),
            status,
            begins,
            ends,
            revoked_at or (NOW - HOUR if status is REVOKED else None),
            reason,
        )
        answering = responder or self.certificate
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, answering)
        if responder is not None:
            builder = builder.certificates([responder])
        signing = key or (self.responder_key if responder is not None else self.key)
        return builder.sign(signing, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def revocation(authority: Authority, *answers: bytes, stamped: datetime | None = None) -> str:
    return revocation_of(authority.leaf, [authority.certificate], answers, stamped, NOW)


def test_the_issuer_or_its_responder_may_answer(authority: Authority) -> None:
    responder = authority.responder(ExtendedKeyUsageOID.OCSP_SIGNING)
    for answer in (
        authority.answer(),
        authority.answer(hashed=hashes.SHA256()),
        authority.answer(responder=responder),
    ):
        assert revocation(authority, answer) == "good"
    assert revocation(authority, authority.answer(REVOKED)) == "revoked"
    assert revocation(authority, b"no answer", authority.answer()) == "good"


def test_nobody_else_may_answer(authority: Authority) -> None:
    stranger = Authority()
    other = authority.responder(ExtendedKeyUsageOID.EMAIL_PROTECTION)
    foreign = stranger.responder(ExtendedKeyUsageOID.OCSP_SIGNING)
    damaged = bytearray(authority.answer())
    damaged[-1] ^= 1
    for answer in (
        bytes(damaged),
        authority.answer(responder=other),
        authority.answer(responder=foreign, key=stranger.responder_key),
        authority.answer(about=stranger.leaf),
        stranger.answer(),
        b"",
    ):
        assert revocation(authority, answer) == "not_checked"
        assert revocation(authority, answer, authority.answer(REVOKED)) == "revoked"


@pytest.mark.parametrize(
    ("said", "stamped", "expected"),
    [
        ({"ends": NOW - HOUR / 2}, None, "not_checked"),
        ({"ends": NOW - HOUR / 2}, NOW - HOUR, "good"),
        ({"ends": NOW - HOUR / 2}, NOW - 9 * HOUR, "good"),
        ({"begins": NOW + HOUR, "ends": NOW + 2 * HOUR}, None, "not_checked"),
        ({"ends": None}, NOW, "good"),
        ({"status": REVOKED, "revoked_at": NOW - 3 * HOUR}, NOW - 2 * HOUR, "revoked"),
        ({"status": REVOKED, "revoked_at": NOW - 3 * HOUR}, NOW - 4 * HOUR, "good"),
        ({"status": REVOKED, "reason": x509.ReasonFlags.remove_from_crl}, None, "good"),
        ({"status": ocsp.OCSPCertStatus.UNKNOWN}, None, "not_checked"),
    ],
)
def test_an_answer_counts_for_its_time(
    said: dict[str, Any], stamped: datetime | None, expected: str, authority: Authority
) -> None:
    assert revocation(authority, authority.answer(**said), stamped=stamped) == expected


def test_without_the_issuer_nothing_is_known(authority: Authority) -> None:
    answers = [authority.answer(REVOKED)]
    stranger = Authority().certificate
    assert revocation_of(authority.leaf, [stranger], answers, None, NOW) == "not_checked"
    assert revocation_of(authority.leaf, [], answers, None, NOW) == "not_checked"


def test_a_large_response_is_not_read(authority: Authority) -> None:
    for size_bytes, expected in ((60_000, "good"), (70_000, "not_checked")):
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
        filling = x509.UnrecognizedExtension(oid, bytes(size_bytes))
        responder = authority.responder(ExtendedKeyUsageOID.OCSP_SIGNING, filling=filling)
        answer = authority.answer(responder=responder)
        assert revocation(authority, answer) == expected
        assert revocation(authority, *[answer] * 9, authority.answer()) == "good"


def test_no_signature_is_checked_of_what_is_about_other_certificates(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = authority.answer(about=authority.responder(ExtendedKeyUsageOID.OCSP_SIGNING))
    # This fails the test if it is called.
    monkeypatch.delattr(ocsp_reading, "_has_signed")
    assert revocation(authority, other) == "not_checked"


def test_responses_are_in_the_unprotected_header() -> None:
    assert stapled_responses({"rVals": {"ocspVals": [b"one", 2, b"three"]}}) == [b"one", b"three"]
    for said in ({}, {"rVals": 1}, {"rVals": {"ocspVals": b"one"}}):
        assert stapled_responses(said) == []
