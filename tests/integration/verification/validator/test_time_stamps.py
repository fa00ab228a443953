"""Time-stamps before our validator: from a forge, from real authorities, and of later manifests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography import x509

from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.credentials.time_stamp_check import time_stamp_query
from edge_signer.signing.credentials.time_stamp_response import DerError, children, only_element
from edge_signer.verification.findings import FindingLog
from edge_signer.verification.signatures.cose_signature import CoseSignature
from edge_signer.verification.signatures.signed_data import UnsupportedTokenError
from edge_signer.verification.signatures.time_stamps import StampFound, check_time_stamps
from edge_signer.verification.signatures.token_reader import read_token
from edge_signer.verification.signatures.trust_chain import trust_chain
from edge_signer.verification.trust import TrustLists
from tests.authorities.time_stamp_forge import SHA512, Lie, StampForge, StampingLeaf
from tests.authorities.time_stamp_server import Behaviour, roots_of, time_stamp_server
from tests.conftest import ROOT
from tests.judges.own_validator import codes, digest_of, failures, trust_list, validated
from tests.signers.software_signer import Workshop

RECORDED = ROOT / "tests/data/time_stamps"
CLAIM = b"a claim"
SIGNATURE = bytes(64)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def forge() -> StampForge:
    return StampForge()


def response(forge: StampForge, payload: bytes, leaf: StampingLeaf, lie: Lie) -> bytes:
    return forge.reply(time_stamp_query(payload).as_bytes(), leaf, lie)


def token_in(answer: bytes) -> bytes:
    token = children(answer, only_element(answer))[1]
    return answer[token.start : token.end]


def signature(**unprotected: Any) -> CoseSignature:
    return CoseSignature(b"\xa1\x01\x26", unprotected, SIGNATURE, "ES256", (b"",))


def stamped_bytes(header: str) -> bytes:
    """The payloads of C2PA 2.2 §10.3.2.5, encoded by another encoder of CBOR."""
    payload = CLAIM if header == "sigTst" else cbor2.dumps(SIGNATURE)
    encoded: bytes = cbor2.dumps(["CounterSignature", b"\xa1\x01\x26", b"", payload])
    return encoded


def checked(trust: TrustLists, *later: bytes, **unprotected: Any) -> tuple[StampFound, set[str]]:
    log = FindingLog()
    found = check_time_stamps(signature(**unprotected), CLAIM, later, trust, "url", log)
    findings = log.findings()
    assert findings.failure == ()
    return found, codes((*findings.success, *findings.informational))


def trusting(forge: StampForge) -> TrustLists:
    return TrustLists((trust_list("authorities", forge.root_pem, "time_stamps"),))


def container(*tokens: bytes) -> dict[str, Any]:
    return {"tstTokens": [{"val": one} for one in tokens]}


GOOD = {"timeStamp.validated", "timeStamp.trusted"}


@pytest.mark.parametrize("header", ["sigTst", "sigTst2"])
@pytest.mark.parametrize(
    "lie",
    [
        Lie(),
        Lie(fraction=".194"),
        Lie(status=1),
        Lie(certificates_reversed=True),
        Lie(has_certificate_id=False),
        Lie(names_key=True),
        Lie(nonce=None),
        Lie(signed_over="sha512"),
    ],
)
def test_time_stamps_of_any_lawful_form_are_trusted(
    header: str, lie: Lie, forge: StampForge
) -> None:
    answer = response(forge, stamped_bytes(header), StampingLeaf(), lie)
    # Version 1 holds the whole response, and version 2 the token.
    held = answer if header == "sigTst" else token_in(answer)
    found, said = checked(trusting(forge), **{header: container(held)})
    assert (found.state, said) == ("Trusted", GOOD)
    assert (found.authority, found.trusted_by) == ("Time-Stamps", "authorities")
    assert found.time is not None
    assert found.time.microsecond == (194_000 if lie.fraction else 0)


@pytest.mark.parametrize(
    ("leaf", "lie", "expected"),
    [
        (StampingLeaf(), Lie(digest=bytes(32)), "timeStamp.mismatch"),
        (StampingLeaf(), Lie(status=2), "timeStamp.malformed"),
        (StampingLeaf(), Lie(has_certificate=False), "timeStamp.untrusted"),
        (StampingLeaf(), Lie(algorithm=SHA512), "timeStamp.mismatch"),
        (StampingLeaf(), Lie(signed_over="sha1"), "timeStamp.untrusted"),
        (StampingLeaf(), Lie(age=3 * DAY), "timeStamp.outsideValidity"),
        (StampingLeaf(uses_are_critical=False), Lie(), "timeStamp.untrusted"),
        (StampingLeaf(has_authority_key=False), Lie(), "timeStamp.untrusted"),
        (StampingLeaf(is_ca=True), Lie(), "timeStamp.untrusted"),
        (StampingLeaf(key_usages=frozenset({"key_agreement"})), Lie(), "timeStamp.untrusted"),
    ],
)
def test_a_time_stamp_that_does_not_hold_is_told_why(
    leaf: StampingLeaf, lie: Lie, expected: str, forge: StampForge
) -> None:
    answer = response(forge, stamped_bytes("sigTst"), leaf, lie)
    found, said = checked(trusting(forge), sigTst=container(answer))
    assert said == {expected}
    assert found.trusted_time is None


def test_an_authority_on_no_list_is_untrusted(forge: StampForge) -> None:
    token = token_in(response(forge, stamped_bytes("sigTst2"), StampingLeaf(), Lie()))
    signers = TrustLists((trust_list("signers", forge.root_pem, "signers"),))
    ended = trust_list(
        "ended", forge.root_pem, "time_stamps", ends=datetime.now(UTC) - timedelta(hours=1)
    )
    for trust in (TrustLists(()), signers, TrustLists((ended,))):
        found, said = checked(trust, sigTst2=container(token))
        assert (found.state, said) == ("Untrusted", {"timeStamp.untrusted"})
        assert found.time is not None
        assert found.trusted_time is None


def test_containers_have_one_token(forge: StampForge) -> None:
    token = token_in(response(forge, stamped_bytes("sigTst2"), StampingLeaf(), Lie()))
    for said_inside in (container(token, token), container(), {"tstTokens": 1}, 7):
        found, said = checked(trusting(forge), sigTst2=said_inside)
        assert (found.state, said) == ("Invalid", {"timeStamp.malformed"})
    assert checked(trusting(forge))[0].state == "Absent"


@pytest.mark.parametrize("stamps", [lambda: stamped_bytes("sigTst2"), lambda: SIGNATURE])
def test_a_later_manifest_may_bring_the_time_stamp(
    stamps: Callable[[], bytes], forge: StampForge
) -> None:
    token = token_in(response(forge, stamps(), StampingLeaf(), Lie()))
    found, said = checked(trusting(forge), b"no token", token)
    assert (found.state, said) == ("Trusted", {"timeStamp.malformed"} | GOOD)


def test_nothing_that_is_signed_can_be_changed_unnoticed(forge: StampForge) -> None:
    token = token_in(response(forge, stamped_bytes("sigTst2"), StampingLeaf(), Lie()))
    _, body = children(token, only_element(token))
    _, _, stamped, _, signers = children(token, children(token, body)[0])
    (signer,) = children(token, signers)
    _, identifier, _, attributes, _, signed = children(token, signer)
    trust = trusting(forge)
    for part in (stamped, identifier, attributes, signed):
        for at in range(part.start, part.end):
            changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
            found, _ = checked(trust, sigTst2=container(changed))
            assert found.state != "Trusted", at


@pytest.mark.parametrize(
    "file",
    [
        *("digicert_2025.p7s", "globalsign_2021.p7s", "microsoft_2024.p7s", "ssl_com_2024.p7s"),
        *("leaf_first.tsr", "fraction.tsr"),
    ],
)
def test_tokens_of_real_authorities_are_verified(file: str) -> None:
    token = read_token((RECORDED / file).read_bytes())
    certificates = [x509.load_der_x509_certificate(one) for one in token.certificates]
    (signer,) = [one for one in certificates if token.names(one)]
    assert token.is_signed_by(signer)
    assert not any(token.is_signed_by(one) for one in certificates if one != signer)
    roots = (RECORDED / "roots.pem").read_text()
    trust = TrustLists((trust_list("roots", roots, "time_stamps"),))
    assert trust_chain(signer, certificates, trust, "time_stamps", token.time).problem == ""
    late = token.time + timedelta(days=9000)
    assert trust_chain(signer, certificates, trust, "time_stamps", late).trusted_by is None


def test_a_token_with_an_unreadable_certificate_is_not_judged() -> None:
    token = (RECORDED / "adobe_2025_underscore.p7s").read_bytes()
    log = FindingLog()
    cose = signature(sigTst2=container(token))
    found = check_time_stamps(cose, CLAIM, (), TrustLists(()), "url", log)
    assert (found.state, log.findings().informational) == ("Untrusted", ())
    assert "a certificate in it cannot be read" in log.not_checked[0]


def test_any_damaged_token_is_read_or_refused() -> None:
    token = (RECORDED / "microsoft_2024.p7s").read_bytes()
    for at in range(0, len(token), 7):
        try:
            found = read_token(token[:at] + bytes([token[at] ^ 0x41]) + token[at + 1 :])
            for one in found.certificates:
                found.is_signed_by(x509.load_der_x509_certificate(one))
        except (DerError, UnsupportedTokenError, ValueError):
            continue


def test_a_certificate_that_expired_is_good_for_what_was_stamped_before(
    photograph: bytes, workshop: Workshop, forge: StampForge
) -> None:
    with time_stamp_server(Behaviour(forge.reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(forge.root_pem))
        stamping = Workshop(ca=workshop.ca, authority=authority)
        store = stamping.sign(photograph, tsa=True)
    signers = trust_list("signers", workshop.ca.anchors_pem(), "signers")
    stamps = trust_list("authorities", forge.root_pem, "time_stamps")
    later = datetime.now(UTC) + timedelta(days=200)
    for trust, now, verdict, expected in (
        (TrustLists((signers, stamps)), None, "Trusted", set()),
        (TrustLists((signers, stamps)), later, "Trusted", set()),
        (TrustLists((signers,)), None, "Trusted", set()),
        (TrustLists((signers,)), later, "Invalid", {"claimSignature.outsideValidity"}),
    ):
        found = validated(store, digest_of(photograph), trust, now)
        assert found.verdict == verdict
        assert failures(found) >= expected
        assert found.active is not None
        assert found.active.time_stamp.time is not None
    # Anchors count if the list trusted them when it was signed.
    ended = trust_list("signers", workshop.ca.anchors_pem(), "signers", ends=later - DAY)
    begun = trust_list("signers", workshop.ca.anchors_pem(), "signers", begins=later - DAY)
    assert validated(store, None, TrustLists((ended, stamps)), later).verdict == "Trusted"
    assert validated(store, None, TrustLists((begun, stamps)), later).verdict == "Valid"
