"""Time-stamped manifests before engines written by other people, and tokens before openssl."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from edge_signer.signing.credentials import time_stamp_check
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.credentials.time_stamp_check import time_stamping_faults
from edge_signer.signing.errors import CredentialUnavailableError, TsaUnavailableError
from emulator.credentials import development_ca
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_forge import StampForge, StampingLeaf
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.judges.engines import JUDGES, Judge, Verdict
from tests.signers.software_signer import Workshop
from tests.system.waiting import wait_for

DAY = timedelta(days=1)
# Time enough to sign twice, and not too long to wait for.
PATIENCE_S = 8


def success_codes(verdict: Verdict) -> set[str]:
    results = verdict.report["validation_results"]
    return {one["code"] for one in results.get("activeManifest", results)["success"]}


@pytest.fixture(scope="module")
def ca() -> DevelopmentCa:
    return DevelopmentCa()


@pytest.fixture(scope="module")
def authority(ca: DevelopmentCa) -> Iterator[HttpTimeStampAuthority]:
    """The emulator's authority, asked over HTTP."""
    with time_stamp_server(Behaviour(emulated_authority(ca).reply)) as url:
        yield HttpTimeStampAuthority(url, roots_of(ca.timestamp_anchors_pem()))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_stamped_manifest_is_trusted_and_so_is_its_time(
    name: AlgorithmName, ca: DevelopmentCa, authority: HttpTimeStampAuthority, photograph: bytes
) -> None:
    workshop = Workshop(name, ca=ca, authority=authority)
    store = workshop.sign(photograph, tsa=True)
    for judge in JUDGES:
        anchors = ca.anchors_pem() + ca.timestamp_anchors_pem()
        verdict = judge(photograph, "image/jpeg", store, anchors)
        assert verdict.trusted, verdict
        assert {"timeStamp.validated", "timeStamp.trusted"} <= success_codes(verdict)


def test_openssl_verifies_the_kept_response_for_the_signature(
    ca: DevelopmentCa, authority: HttpTimeStampAuthority, tmp_path: Path
) -> None:
    payload, response = tmp_path / "payload", tmp_path / "one.tsr"
    root = tmp_path / "root.pem"
    payload.write_bytes(b"what was signed")
    response.write_bytes(authority.stamp(b"what was signed").response)
    root.write_text(ca.timestamp_anchors_pem())

    def verified() -> bool:
        command = ("openssl", "ts", "-verify", "-data", payload, "-in", response, "-CAfile", root)
        return subprocess.run(command, capture_output=True).returncode == 0

    assert verified()
    payload.write_bytes(b"something else")
    assert not verified()


@pytest.fixture
def forged() -> Iterator[tuple[StampForge, Behaviour, HttpTimeStampAuthority]]:
    forge = StampForge()
    behaviour = Behaviour(forge.reply)
    with time_stamp_server(behaviour) as url:
        yield forge, behaviour, HttpTimeStampAuthority(url, roots_of(forge.root_pem))


UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
ACCEPTED = {
    "the plain one": StampingLeaf(),
    "no subject key": StampingLeaf(has_subject_key=False),
    "non-repudiation": StampingLeaf(
        key_usages=frozenset({"digital_signature", "content_commitment"})
    ),
    "an unknown extension": StampingLeaf(others=((UNKNOWN, False),)),
    "P-384": StampingLeaf(key=ec.generate_private_key(ec.SECP384R1())),
    "RSA": StampingLeaf(key=rsa.generate_private_key(65537, 2048)),
}
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
# With one of these, c2pa-rs finds the whole manifest invalid.
INVALID = {
    "no authority key": (StampingLeaf(has_authority_key=False), "authority key identifier"),
    "no key usage": (StampingLeaf(key_usages=None), "digitalSignature"),
    "a CA": (StampingLeaf(is_ca=True), "a CA"),
    "a short key": (StampingLeaf(key=rsa.generate_private_key(65537, 1024)), "2,048 bits"),
    "a weak hash": (StampingLeaf(hash_name="sha224"), "SHA-256"),
    "certificates too": (
        StampingLeaf(key_usages=frozenset({"digital_signature", "key_cert_sign"})),
        "keyCertSign",
    ),
    "no use": (StampingLeaf(uses=()), "timeStamping"),
    "e-mail too": (StampingLeaf(uses=(ExtendedKeyUsageOID.TIME_STAMPING, EMAIL)), "timeStamping"),
}
# With one of these, an engine takes the time-stamp for none.
UNTRUSTED = {
    "not critical": (StampingLeaf(uses_are_critical=False), "critical"),
    "non-repudiation alone": (
        StampingLeaf(key_usages=frozenset({"content_commitment"})),
        "digitalSignature",
    ),
    "P-521": (StampingLeaf(key=ec.generate_private_key(ec.SECP521R1())), "P-384"),
    "another curve": (StampingLeaf(key=ec.generate_private_key(ec.SECP256K1())), "P-256"),
}


def stamped_unchecked(workshop: Workshop) -> bytes:
    """Sign with a stamp that no check has seen, and give the manifest store."""
    with pytest.MonkeyPatch().context() as patch:
        patch.setattr(time_stamp_check, "time_stamping_faults", lambda _: [])
        patch.setattr("rfc3161_client.verify._Verifier.verify", lambda *_: True)
        return workshop.sign(b"asset", tsa=True)


def verdicts(store: bytes, workshop: Workshop, forge: StampForge) -> list[Verdict]:
    anchors = workshop.ca.anchors_pem() + forge.root_pem
    return [judge(b"asset", "text/markdown", store, anchors) for judge in JUDGES]


@pytest.mark.parametrize("case", ACCEPTED)
def test_an_accepted_authority_is_trusted(
    case: str, forged: tuple[StampForge, Behaviour, HttpTimeStampAuthority]
) -> None:
    forge, behaviour, authority = forged
    behaviour.reply = lambda query: forge.reply(query, ACCEPTED[case])
    workshop = Workshop(authority=authority)
    for verdict in verdicts(workshop.sign(b"asset", tsa=True), workshop, forge):
        assert verdict.trusted, verdict
        assert "timeStamp.trusted" in success_codes(verdict)


SPOILING = INVALID | UNTRUSTED


@pytest.mark.parametrize("case", SPOILING)
def test_an_authority_that_would_spoil_the_manifest_is_refused_before_anything_is_stored(
    case: str, forged: tuple[StampForge, Behaviour, HttpTimeStampAuthority]
) -> None:
    forge, behaviour, authority = forged
    leaf, reason = SPOILING[case]
    behaviour.reply = lambda query: forge.reply(query, leaf)
    workshop = Workshop(authority=authority)
    spoilt = verdicts(stamped_unchecked(workshop), workshop, forge)
    if case in INVALID:
        assert spoilt[0].state == "Invalid"
    assert any("timeStamp.trusted" not in success_codes(verdict) for verdict in spoilt)

    workshop = Workshop(authority=authority)
    with pytest.raises(TsaUnavailableError):
        workshop.sign(b"asset", tsa=True)
    assert (workshop.store.kept, workshop.store.stamps) == ([], [])
    (fault,) = time_stamping_faults(forge.issue(leaf))
    assert reason in fault


@pytest.fixture
def old_ca() -> DevelopmentCa:
    """A CA of a hundred days ago: what it issues expired ten days ago."""
    return DevelopmentCa(age=100 * DAY)


def test_an_expired_signer_stays_trusted_where_a_stamp_tells_when_it_signed(
    authority: HttpTimeStampAuthority, ca: DevelopmentCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No stamp of the past will do: c2pa-rs goes by the signingTime that openssl adds, not genTime.
    made_s = ca._now.timestamp()
    monkeypatch.setattr(
        development_ca, "_LEAF_LIFETIME", timedelta(seconds=time.time() - made_s + PATIENCE_S)
    )
    workshop = Workshop(ca=ca, authority=authority)
    stamped, bare = workshop.sign(b"asset", tsa=True), workshop.sign(b"asset", tsa=False)
    anchors = ca.anchors_pem() + ca.timestamp_anchors_pem()

    def trusting(store: bytes) -> list[Judge]:
        return [one for one in JUDGES if one(b"asset", "text/markdown", store, anchors).trusted]

    assert trusting(bare) == [*JUDGES]
    wait_for(lambda: not trusting(bare))
    assert trusting(stamped) == [*JUDGES]


def test_a_stamp_outside_the_signers_validity_is_not_released(
    old_ca: DevelopmentCa, forged: tuple[StampForge, Behaviour, HttpTimeStampAuthority]
) -> None:
    workshop = Workshop(ca=old_ca, authority=forged[2])
    with pytest.raises(CredentialUnavailableError, match="expired"):
        workshop.sign(b"asset", tsa=True)
    assert workshop.store.kept == []


@pytest.mark.parametrize("judge", JUDGES)
def test_a_changed_bit_in_the_token_is_noticed(
    judge: Judge, ca: DevelopmentCa, authority: HttpTimeStampAuthority, photograph: bytes
) -> None:
    workshop = Workshop(ca=ca, authority=authority)
    store = workshop.sign(photograph, tsa=True)
    token = workshop.store.stamps[0][1].token
    # Its end is the authority's signature.
    at = store.index(token) + len(token) - 5
    changed = store[:at] + bytes([store[at] ^ 1]) + store[at + 1 :]
    anchors = ca.anchors_pem() + ca.timestamp_anchors_pem()
    verdict = judge(photograph, "image/jpeg", changed, anchors)
    assert "timeStamp.trusted" not in success_codes(verdict)
