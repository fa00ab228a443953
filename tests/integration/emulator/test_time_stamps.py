"""The emulator's time-stamp authority: many clients at once, bad queries, no openssl."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rfc3161_client import TimeStampResponse, decode_timestamp_response

from edge_signer.signing.credentials.time_stamp_check import time_stamp_query
from emulator.credentials.development_ca import DevelopmentCa
from emulator.http.message import Request
from emulator.time_stamps import PATH, QUERY_TYPE, TimeStampAuthority
from tests.authorities.time_stamp_server import emulated_authority


@pytest.fixture(scope="module")
def authority() -> TimeStampAuthority:
    return emulated_authority(DevelopmentCa())


def test_eight_clients_at_once_get_stamps_of_their_own(authority: TimeStampAuthority) -> None:
    def ask(number: int) -> TimeStampResponse:
        return decode_timestamp_response(
            authority.reply(time_stamp_query(bytes([number])).as_bytes())
        )

    with ThreadPoolExecutor(8) as clients:
        stamps = list(clients.map(ask, range(32)))
    assert len({stamp.tst_info.serial_number for stamp in stamps}) == 32
    assert len({stamp.tst_info.message_imprint.message for stamp in stamps}) == 32


def test_no_file_and_no_descriptor_is_left(
    authority: TimeStampAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = os.listdir("/proc/self/fd")
    authority.reply(time_stamp_query(b"x").as_bytes())
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_query_is_told_as_rfc_3161_does(authority: TimeStampAuthority) -> None:
    headers = (("content-type", QUERY_TYPE),)
    answer = authority.answer(Request("POST", PATH, headers, b"garbage"))
    assert answer.status == 200
    assert decode_timestamp_response(answer.body).status == 2
    assert authority.answer(Request("POST", PATH, (), b"garbage")).status == 400
    assert authority.answer(Request("GET", PATH, headers)).status == 400
