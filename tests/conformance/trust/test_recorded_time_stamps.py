"""Tokens that real authorities made, before our check and before `openssl ts -verify`.

Two answers come from a PKI of tests, the rest from public repositories:

| file | authority | from | licence |
|---|---|---|---|
| `leaf_first.tsr`, `fraction.tsr` | none: made with a PKI of tests | | |
| `digicert_2025.p7s` | DigiCert | c2pa-rs, `sdk/tests/fixtures/CACA.jpg` | MIT or Apache-2.0 |
| `globalsign_2021.p7s` | GlobalSign | notaryproject/tspclient-go, `testdata` | Apache-2.0 |
| `microsoft_2024.p7s` | Microsoft | the same | Apache-2.0 |
| `ssl_com_2024.p7s` | SSL.com | ralphje/signify, `tests/test_data/AppxSignature.p7x` | MIT |
| `adobe_2025_underscore.p7s` | DigiCert | c2pa-rs, `adobe_connected_identities.jpg` | the same |

`roots.pem` has the roots of the accepted ones as the authorities publish them, and the tests' own.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from rfc3161_client import decode_timestamp_response

from edge_signer.signing.credentials.time_stamp_check import checked_token
from edge_signer.signing.credentials.time_stamp_response import (
    children,
    only_element,
    read_response,
)
from edge_signer.signing.errors import TsaUnavailableError
from tests.conftest import ROOT

FOLDER = ROOT / "tests/data/time_stamps"
ROOTS_FILE = FOLDER / "roots.pem"
ROOTS = x509.load_pem_x509_certificates(ROOTS_FILE.read_bytes())


@dataclass(frozen=True)
class Recorded:
    """A token, and when it was made."""

    made_at: datetime
    is_sorted: bool = True


ACCEPTED = {
    "leaf_first.tsr": Recorded(datetime(2026, 11, 27, 9, 38, 5, tzinfo=UTC), is_sorted=False),
    "fraction.tsr": Recorded(datetime(2026, 11, 27, 9, 38, 5, tzinfo=UTC)),
    "digicert_2025.p7s": Recorded(datetime(2025, 10, 16, 17, 31, 54, tzinfo=UTC), is_sorted=False),
    "globalsign_2021.p7s": Recorded(datetime(2021, 9, 17, 14, 9, 10, tzinfo=UTC), is_sorted=False),
    "microsoft_2024.p7s": Recorded(datetime(2024, 6, 21, 7, 12, 5, tzinfo=UTC)),
    "ssl_com_2024.p7s": Recorded(datetime(2024, 10, 28, 12, 31, 20, tzinfo=UTC)),
}


def response_of(file: str) -> bytes:
    """Give a TimeStampResp; a token is granted."""
    recorded = (FOLDER / file).read_bytes()
    if file.endswith(".tsr"):
        return recorded
    granted = bytes.fromhex("3003020100") + recorded
    return b"\x30\x82" + len(granted).to_bytes(2) + granted


def imprint_of(file: str) -> bytes:
    """Give what the token itself says that it stamps: nobody has the payload any more."""
    answer = decode_timestamp_response(read_response(response_of(file)).sorted_response)
    return answer.tst_info.message_imprint.message


@pytest.mark.parametrize("file", ACCEPTED)
def test_tokens_of_these_authorities_are_accepted_as_they_were_sent(file: str) -> None:
    response = read_response(response_of(file))
    recorded = ACCEPTED[file]
    assert (response.sorted_response == response_of(file)) == recorded.is_sorted
    now = recorded.made_at + timedelta(minutes=1)
    stamp = checked_token(response.token, imprint_of(file), ROOTS, now)
    assert stamp.made_at == recorded.made_at
    assert stamp.token == response.token
    assert stamp.token in (FOLDER / file).read_bytes()


@pytest.mark.parametrize("file", ACCEPTED)
def test_openssl_verifies_the_response_that_would_be_published(file: str, tmp_path: Path) -> None:
    recorded = ACCEPTED[file]
    token = read_response(response_of(file)).token
    stamp = checked_token(token, imprint_of(file), ROOTS, recorded.made_at)
    published = tmp_path / "one.tsr"
    published.write_bytes(stamp.response)
    command = (
        *("openssl", "ts", "-verify", "-in", published, "-digest", imprint_of(file).hex()),
        *("-CAfile", ROOTS_FILE, "-attime", str(int(recorded.made_at.timestamp()))),
    )
    verified = subprocess.run(command, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("file", ACCEPTED)
def test_what_makes_a_recorded_token_true_is_checked(file: str) -> None:
    made_at = ACCEPTED[file].made_at
    token = read_response(response_of(file)).token
    # The last bytes are the authority's signature.
    changed = token[:-5] + bytes([token[-5] ^ 1]) + token[-4:]
    for wrong in (
        (changed, imprint_of(file), ROOTS, made_at),
        (token, bytes(32), ROOTS, made_at),
        (token, imprint_of(file), ROOTS, made_at + timedelta(minutes=3)),
        (token, imprint_of(file), ROOTS, None),
    ):
        with pytest.raises(TsaUnavailableError) as refused:
            checked_token(*wrong)
        assert refused.value.retry_after_s, "the next answer may be right"
    others = [one for one in ROOTS if one.subject not in chain_names(token)]
    with pytest.raises(TsaUnavailableError, match="installed root"):
        checked_token(token, imprint_of(file), others, made_at)


def chain_names(token: bytes) -> set[x509.Name]:
    answer = decode_timestamp_response(
        read_response(
            b"\x30\x82" + (len(token) + 5).to_bytes(2) + b"\x30\x03\x02\x01\x00" + token
        ).sorted_response
    )
    certificates = map(x509.load_der_x509_certificate, answer.signed_data.certificates)
    return {name for one in certificates for name in (one.issuer, one.subject)}


def test_no_byte_outside_of_the_certificates_can_be_changed_unnoticed() -> None:
    file = "leaf_first.tsr"
    token, made_at = read_response(response_of(file)).token, ACCEPTED[file].made_at
    _, body = children(token, only_element(token))
    version, _, _, certificates, signers = children(token, children(token, body)[0])
    (signer,) = children(token, signers)
    # Neither openssl nor an engine looks at the versions of SignedData and SignerInfo.
    versions = {version.content, children(token, signer)[0].content}
    for at in {*range(len(token))} - {*range(certificates.content, certificates.end)} - versions:
        changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        with pytest.raises(TsaUnavailableError):
            checked_token(changed, imprint_of(file), ROOTS, made_at)


def test_a_name_that_breaks_the_rules_of_its_string_is_refused_with_the_reason() -> None:
    # CN=ECC256_SHA256_Timestamp_Responder_Adobe_NOV_2024 as a PrintableString, which has no `_`.
    token = (FOLDER / "adobe_2025_underscore.p7s").read_bytes()
    with pytest.raises(TsaUnavailableError, match="PrintableString") as refused:
        checked_token(token, bytes(32), ROOTS)
    assert refused.value.retry_after_s is None
