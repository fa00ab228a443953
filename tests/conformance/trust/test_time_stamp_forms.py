"""Unusual forms of time-stamps before our check, `openssl ts -verify` and both engines."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from edge_signer.signing.credentials.time_stamp import TimeStamp
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.credentials.time_stamp_check import time_stamp_query
from edge_signer.signing.credentials.time_stamp_response import read_response
from edge_signer.signing.errors import TsaUnavailableError
from tests.authorities.time_stamp_forge import Lie, StampForge, StampingLeaf
from tests.authorities.time_stamp_server import Behaviour, roots_of, time_stamp_server
from tests.judges.engines import Verdict, c2pa_rs, encypher
from tests.signers.software_signer import Workshop

TRUSTED = {"timeStamp.validated", "timeStamp.trusted"}
FORGE = StampForge()


def codes(verdict: Verdict) -> set[str]:
    """All codes about time-stamps, good and bad."""
    results = verdict.report["validation_results"]
    found = results.get("activeManifest", results).values()
    return {
        one["code"] for row in found for one in row if str(one["code"]).startswith("timeStamp.")
    }


def verdicts(store: bytes, workshop: Workshop) -> list[Verdict]:
    anchors = workshop.ca.anchors_pem() + FORGE.root_pem
    return [judge(b"asset", "text/markdown", store, anchors) for judge in (c2pa_rs, encypher)]


def openssl_verifies(query: bytes, response: bytes, folder: Path) -> bool:
    for name, content in (
        ("query", query),
        ("response", response),
        ("roots", FORGE.root_pem.encode()),
    ):
        (folder / name).write_bytes(content)
    command = (
        *("openssl", "ts", "-verify", "-queryfile", folder / "query"),
        *("-in", folder / "response", "-CAfile", folder / "roots"),
    )
    return subprocess.run(command, capture_output=True).returncode == 0


def signed(lie: Lie, leaf: StampingLeaf, folder: Path) -> tuple[Workshop, bytes]:
    """Sign with an authority that answers over HTTP; openssl must verify what is kept."""
    behaviour = Behaviour(lambda query: FORGE.reply(query, leaf, lie))
    with time_stamp_server(behaviour) as url:
        workshop = Workshop(authority=HttpTimeStampAuthority(url, roots_of(FORGE.root_pem)))
        store = workshop.sign(b"asset", tsa=True)
    ((_, stamp),) = workshop.store.stamps
    ((_, query),) = behaviour.asked
    assert openssl_verifies(query, stamp.response, folder)
    assert stamp.token in stamp.response
    assert stamp.token in store
    return workshop, store


def test_certificates_leaf_first_sign_end_to_end_and_stay_in_that_order(tmp_path: Path) -> None:
    workshop, store = signed(Lie(certificates_reversed=True), StampingLeaf(), tmp_path)
    ((_, stamp),) = workshop.store.stamps
    assert read_response(stamp.response).sorted_response != stamp.response
    for verdict in verdicts(store, workshop):
        assert verdict.trusted, verdict
        assert codes(verdict) == TRUSTED


def test_a_fraction_of_a_second_is_accepted_though_one_engine_does_not_read_it(
    tmp_path: Path,
) -> None:
    workshop, store = signed(Lie(fraction=".194"), StampingLeaf(), tmp_path)
    of_c2pa_rs, of_encypher = verdicts(store, workshop)
    assert of_c2pa_rs.trusted
    assert codes(of_c2pa_rs) == TRUSTED
    # The manifest stays trusted there; the time is then not known.
    assert of_encypher.trusted
    assert codes(of_encypher) == {"timeStamp.malformed"}


CRITICAL = {
    "policies": x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("1.2.3"), None)]),
    "alternative name": x509.SubjectAlternativeName([x509.DNSName("tsa.example")]),
}


@pytest.mark.parametrize("case", CRITICAL)
def test_a_critical_extension_that_engines_process_does_not_keep_an_authority_out(
    case: str, tmp_path: Path
) -> None:
    workshop, store = signed(Lie(), StampingLeaf(others=((CRITICAL[case], True),)), tmp_path)
    for verdict in verdicts(store, workshop):
        assert verdict.trusted, verdict
        assert codes(verdict) == TRUSTED


class Unchecked(HttpTimeStampAuthority):
    """An authority whose answers nobody checks; it remembers one."""

    def __init__(self, lie: Lie) -> None:
        self._lie = lie
        self.query = self.response = b""

    def require_usable(self) -> None:
        pass

    def stamp(self, payload: bytes) -> TimeStamp:
        self.query = time_stamp_query(payload).as_bytes()
        self.response = FORGE.reply(self.query, lie=self._lie)
        token = read_response(self.response).token
        return TimeStamp(self.response, token, 4711, datetime.now(UTC))


#: Each is trusted by an engine, but `openssl ts -verify` would reject the published response.
REFUSED = {
    "attributes out of order": (Lie(attributes_reversed=True), "order of DER"),
    "a signer named by key": (Lie(names_key=True), "key identifier"),
    "no certificate's hash": (Lie(has_certificate_id=False), "ESSCertID"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_openssl_rejects_is_not_published_even_where_engines_trust_it(
    case: str, tmp_path: Path
) -> None:
    lie, reason = REFUSED[case]
    unchecked = Unchecked(lie)
    workshop = Workshop(authority=unchecked)
    store = workshop.sign(b"asset", tsa=True)
    assert not openssl_verifies(unchecked.query, unchecked.response, tmp_path)
    assert any(codes(verdict) == TRUSTED for verdict in verdicts(store, workshop))

    with time_stamp_server(Behaviour(lambda query: FORGE.reply(query, lie=lie))) as url:
        authority = HttpTimeStampAuthority(url, roots_of(FORGE.root_pem))
        with pytest.raises(TsaUnavailableError, match=reason):
            authority.stamp(b"payload")


def test_a_signature_algorithm_that_an_engine_rejects_is_refused_though_openssl_does_not_look(
    tmp_path: Path,
) -> None:
    # ecdsa-with-SHA384, where the digest is SHA-256.
    lie = Lie(signature_algorithm=bytes.fromhex("06082a8648ce3d040303"))
    unchecked = Unchecked(lie)
    workshop = Workshop(authority=unchecked)
    store = workshop.sign(b"asset", tsa=True)
    assert openssl_verifies(unchecked.query, unchecked.response, tmp_path)
    assert not all(codes(verdict) == TRUSTED for verdict in verdicts(store, workshop))

    with time_stamp_server(Behaviour(lambda query: FORGE.reply(query, lie=lie))) as url:
        authority = HttpTimeStampAuthority(url, roots_of(FORGE.root_pem))
        with pytest.raises(TsaUnavailableError, match="signature algorithm"):
            authority.stamp(b"payload")
