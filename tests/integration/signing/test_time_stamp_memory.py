"""What a worker remembers of an authority, so that KMS signs nothing that cannot be stamped."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from cryptography import x509

from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.errors import TsaUnavailableError
from tests.authorities.time_stamp_forge import Lie, StampForge
from tests.authorities.time_stamp_server import Behaviour, roots_of, time_stamp_server
from tests.signers.software_signer import Workshop

FORGE = StampForge()


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour(FORGE.reply)


@pytest.fixture
def authority(behaviour: Behaviour) -> Iterator[HttpTimeStampAuthority]:
    with time_stamp_server(behaviour) as url:
        yield HttpTimeStampAuthority(url, roots_of(FORGE.root_pem))


def test_a_lasting_refusal_is_remembered_so_that_kms_signs_nothing_in_vain(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[str] = []
    behaviour.reply = lambda query: FORGE.reply(query, lie=Lie(has_certificate_id=False))
    with time_stamp_server(behaviour) as url:
        authority = HttpTimeStampAuthority(
            url, roots_of(FORGE.root_pem), complain=complaints.append
        )
        workshop = Workshop(authority=authority)
        messages = []
        for _ in range(3):
            with pytest.raises(TsaUnavailableError) as refused:
                workshop.sign(b"asset", tsa=True)
            messages.append(refused.value.message)
            assert refused.value.retry_after_s is None
        assert (len(behaviour.asked), workshop.signer.signatures) == (1, 1)
        assert [*set(messages)] == complaints

        # It is asked again later, when an operator may have changed something.
        behaviour.reply = FORGE.reply
        now_s = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now_s + authority.REMEMBERED_S)
        assert workshop.sign(b"asset", tsa=True)


def test_a_passing_refusal_is_not_remembered(
    authority: HttpTimeStampAuthority, behaviour: Behaviour
) -> None:
    behaviour.status = 503
    with pytest.raises(TsaUnavailableError):
        authority.stamp(b"payload")
    authority.require_usable()
    behaviour.status = 200
    assert authority.stamp(b"payload").serial_number == 4711


def test_without_roots_kms_signs_nothing() -> None:
    def no_roots() -> list[x509.Certificate]:
        raise TsaUnavailableError("There are none.")

    workshop = Workshop(authority=HttpTimeStampAuthority("http://127.0.0.1:9/", no_roots))
    with pytest.raises(TsaUnavailableError, match="There are none"):
        workshop.sign(b"asset", tsa=True)
    assert workshop.signer.signatures == 0
