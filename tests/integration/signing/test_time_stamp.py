"""The authority's client over real HTTP: every fault is the same code, and stores nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from edge_signer.signing.credentials.time_stamp import TimeStamp
from edge_signer.signing.credentials.time_stamp_authority import (
    MAX_REPLY_BYTES,
    QUERY_TYPE,
    HttpTimeStampAuthority,
)
from edge_signer.signing.errors import TsaUnavailableError
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_forge import SHA512, Lie, StampForge, StampingLeaf
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.signers.software_signer import Workshop

HOURS = timedelta(hours=1)
FORGE = StampForge()
QUICK_S = 0.5


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour(FORGE.reply)


@pytest.fixture
def authority(behaviour: Behaviour) -> Iterator[HttpTimeStampAuthority]:
    with time_stamp_server(behaviour) as url:
        yield HttpTimeStampAuthority(url, roots_of(FORGE.root_pem))


def refusal(authority: HttpTimeStampAuthority) -> TsaUnavailableError:
    """Sign with a stamp; give the error, once it is sure that nothing was stored."""
    workshop = Workshop(authority=authority)
    with pytest.raises(TsaUnavailableError) as refused:
        workshop.sign(b"asset", tsa=True)
    assert (workshop.store.kept, workshop.store.stamps) == ([], [])
    return refused.value


def passing(authority: HttpTimeStampAuthority) -> str:
    """Give the message of a refusal after which the same request may succeed."""
    refused = refusal(authority)
    assert refused.retry_after_s
    return refused.message


def lasting(authority: HttpTimeStampAuthority) -> str:
    """Give the message of a refusal that only an operator can end."""
    refused = refusal(authority)
    assert refused.retry_after_s is None
    assert "operator" in refused.message
    return refused.message


def test_a_stamp_covers_the_payload_and_comes_with_its_whole_response(
    authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    stamp: TimeStamp = authority.stamp(b"payload")
    assert stamp.serial_number == 4711
    assert stamp.response.endswith(stamp.token)
    ((content_type, query),) = behaviour.asked
    assert content_type == QUERY_TYPE
    authority.stamp(b"payload")
    assert behaviour.asked[1][1] != query, "the nonce is a fresh one"


PASSING_LIES = {
    "refused": (Lie(status=2), "PKIStatus is 2"),
    "no clock today": (Lie(status=2, failure=14), "PKIFailureInfo 14"),
    "granted otherwise": (Lie(status=1), "PKIStatus is 1"),
    "another imprint": (Lie(digest=bytes(32)), "Mismatch between messages"),
    "another nonce": (Lie(nonce=1), "Nonce mismatch"),
    "no nonce": (Lie(nonce=None), "Nonce mismatch"),
    "the past": (Lie(age=3 * HOURS), "clock"),
    "the future": (Lie(age=-3 * HOURS), "clock"),
}
LASTING_LIES = {
    "an unaccepted policy": (Lie(status=2, failure=15), "PKIFailureInfo 15"),
    "an unknown digest": (Lie(status=2, failure=0), "PKIFailureInfo 0"),
    "another digest": (Lie(algorithm=SHA512), "imprint is not SHA-256"),
    "no certificate": (Lie(has_certificate=False), "certificate is missing"),
    "no certificate's hash": (Lie(has_certificate_id=False), "ESSCertID"),
    "a signer named by key": (Lie(names_key=True), "key identifier"),
    "attributes out of order": (Lie(attributes_reversed=True), "order of DER"),
    "a negative serial number": (Lie(serial_number=-1), "serial number"),
    "a long serial number": (Lie(serial_number=1 << 160), "serial number"),
    "a weak digest": (Lie(signed_over="sha1"), "weak digest"),
}


@pytest.mark.parametrize("case", PASSING_LIES)
def test_a_lie_is_refused_until_the_next_answer(
    case: str, authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    lie, reason = PASSING_LIES[case]
    behaviour.reply = lambda query: FORGE.reply(query, lie=lie)
    assert reason in passing(authority)


@pytest.mark.parametrize("case", LASTING_LIES)
def test_an_answer_that_no_retry_mends_says_what_an_operator_must_do(
    case: str, authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    lie, reason = LASTING_LIES[case]
    behaviour.reply = lambda query: FORGE.reply(query, lie=lie)
    assert reason in lasting(authority)


@pytest.mark.parametrize(
    "lie", [Lie(certificates_reversed=True), Lie(fraction=".194")], ids=["leaf first", "fraction"]
)
def test_unusual_forms_are_accepted_and_kept_as_they_were_sent(
    lie: Lie, authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    sent: list[bytes] = []

    def reply(query: bytes) -> bytes:
        sent.append(FORGE.reply(query, lie=lie))
        return sent[-1]

    behaviour.reply = reply
    stamp = authority.stamp(b"payload")
    assert stamp.response == sent[0]
    assert stamp.token == sent[0][-len(stamp.token) :]
    assert stamp.made_at.microsecond == 0


LEAVES = {
    "expired": StampingLeaf(begins=-48 * HOURS, ends=-24 * HOURS),
    "not yet valid": StampingLeaf(begins=24 * HOURS, ends=48 * HOURS),
    "for e-mail": StampingLeaf(uses=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)),
    "for nothing": StampingLeaf(uses=()),
    "for e-mail too": StampingLeaf(
        uses=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    ),
    "uses not critical": StampingLeaf(uses_are_critical=False),
}


@pytest.mark.parametrize("case", LEAVES)
def test_a_wrong_certificate_is_refused(
    case: str, authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    behaviour.reply = lambda query: FORGE.reply(query, LEAVES[case])
    lasting(authority)


def test_an_authority_of_another_root_is_refused(behaviour: Behaviour) -> None:
    with time_stamp_server(behaviour) as url:
        stranger = HttpTimeStampAuthority(url, roots_of(StampForge().root_pem))
        assert "does not lead to an installed root" in lasting(stranger)


def test_an_answer_to_an_earlier_query_is_refused(
    authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    earlier = authority.stamp(b"payload")
    behaviour.reply = lambda _: earlier.response
    with pytest.raises(TsaUnavailableError, match="Nonce mismatch"):
        authority.stamp(b"payload")


REPLIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "garbage": lambda _: b"\x30\x82\xff\xff garbage",
    "a refusal without a token": lambda _: bytes.fromhex("30053003020102"),
    "a grant without a token": lambda _: bytes.fromhex("30053003020100"),
    "half of it": lambda query: FORGE.reply(query)[:-100],
    "more than that": lambda query: FORGE.reply(query) + b"\0",
}


@pytest.mark.parametrize("case", REPLIES)
def test_what_is_no_response_is_refused(
    case: str, authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    behaviour.reply = REPLIES[case]
    assert "refused" in passing(authority)


def test_an_answer_is_read_to_its_limit_only(
    authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    behaviour.reply = lambda _: bytes(MAX_REPLY_BYTES)
    assert "too long" not in passing(authority)
    behaviour.reply = lambda _: bytes(MAX_REPLY_BYTES + 1)
    assert "too long" in lasting(authority)


@pytest.mark.parametrize("status", [201, 302, 307, 401, 404, 408, 429, 500, 503])
def test_an_http_error_is_refused_even_with_a_stamp(
    status: int, authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    behaviour.status = status
    passes = status >= 500 or status in (408, 429)
    assert f"status {status}" in (passing if passes else lasting)(authority)
    assert len(behaviour.asked) == 1, "no redirect is followed, and nothing is tried again"


def test_another_content_type_is_refused(
    authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    behaviour.content_type = "text/html"
    assert "text/html" in lasting(authority)


def test_an_authority_that_drips_is_not_waited_for(behaviour: Behaviour) -> None:
    # No wait for a byte is as long as the time-out; all of them are a hundred times as long.
    behaviour.pause_s = QUICK_S / 10
    with time_stamp_server(behaviour) as url:
        slow = HttpTimeStampAuthority(url, roots_of(FORGE.root_pem), timeout_s=QUICK_S)
        assert "did not answer" in passing(slow)


def test_an_authority_that_is_silent_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        silent = HttpTimeStampAuthority(url, roots_of(FORGE.root_pem), timeout_s=QUICK_S)
        assert "did not answer" in passing(silent)


def test_an_authority_that_is_down_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    down = HttpTimeStampAuthority(f"http://127.0.0.1:{port}/", roots_of(FORGE.root_pem))
    assert "did not answer" in passing(down)


@pytest.mark.parametrize("url", ["ldap://127.0.0.1/", "http://"])
def test_an_address_that_is_none_needs_an_operator(url: str) -> None:
    lasting(HttpTimeStampAuthority(url, roots_of(FORGE.root_pem)))


def test_the_emulators_authority_is_one() -> None:
    ca = DevelopmentCa()
    behaviour = Behaviour(emulated_authority(ca).reply)
    with time_stamp_server(behaviour) as url:
        authority = HttpTimeStampAuthority(url, roots_of(ca.timestamp_anchors_pem()))
        assert authority.stamp(b"payload").serial_number != authority.stamp(b"x").serial_number


def test_a_worker_that_never_stamps_does_not_load_the_library() -> None:
    program = (
        "import sys, edge_signer.signing.service\n"
        "import edge_signer.signing.credentials.time_stamp_authority\n"
        "print('rfc3161_client' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
