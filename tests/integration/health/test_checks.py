"""Each check against the emulator's services: what it calls ok, and what it makes of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.health.examination import EVERY_WAY, Finding, Way
from edge_signer.health.key_checks import check_certificate, check_key
from edge_signer.health.service_checks import (
    check_authority,
    check_bucket,
    check_quota,
    check_tenants,
)
from edge_signer.health.switch_checks import check_breaker, check_chaos, check_flags
from edge_signer.kms_guard.breaker_rules import OPEN_MS, PROBE_MS, Opening, Probe, Record
from edge_signer.kms_guard.breaker_store import Stored
from edge_signer.kms_guard.chaos import ChaosOrder
from edge_signer.kms_guard.kms_quota import KmsUsage
from emulator.aws.services import in_process_services, moto_host
from emulator.credentials import development_ca
from emulator.http.message import Request
from tests.signers.kms_keys import KmsKeys
from tests.system.dynamodb_tables import make_table

HOST = moto_host()
AWS = in_process_services(HOST)
EDGE: frozenset[Way] = frozenset({"edge"})
HOME: frozenset[Way] = frozenset({"edge", "central"})
NOW_MS = 1_700_000_000_000


@pytest.fixture(scope="module")
def keys() -> KmsKeys:
    return KmsKeys(AWS)


@pytest.fixture(autouse=True)
def _no_fault_is_left() -> Iterator[None]:
    yield
    faults()


def faults(*rules: dict[str, Any]) -> None:
    HOST.answer(Request("PUT", "/_emulator/faults", body=json.dumps(rules).encode()))


def certificate(key_id: str) -> Finding:
    return check_certificate(AWS.ssm, AWS.kms, parameter_of(key_id), key_id)


def parameter_of(key_id: str) -> str:
    return f"/edge-signer/test/certificates/{key_id.rpartition('/')[2]}"


def test_an_enabled_key_is_ok_and_a_disabled_one_signs_nothing(keys: KmsKeys) -> None:
    key_id = keys.new()
    check = partial(check_key, AWS.kms, key_id, HOME)
    assert check() == Finding(
        "ok", {"key_id": key_id, "key_state": "Enabled", "key_usage": "SIGN_VERIFY"}
    )
    AWS.kms.disable_key(KeyId=key_id.rpartition("/")[2])
    disabled = check()
    assert (disabled.state, disabled.closes) == ("unavailable", HOME)
    assert disabled.details["key_state"] == "Disabled"


def test_a_key_for_something_else_signs_nothing() -> None:
    created = AWS.kms.create_key(
        KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT", Policy=json.dumps({"Statement": []})
    )
    finding = check_key(AWS.kms, created["KeyMetadata"]["Arn"], HOME)
    assert (finding.state, finding.closes) == ("unavailable", HOME)


def test_a_certificate_of_the_key_is_ok_and_tells_its_days(keys: KmsKeys) -> None:
    key_id = keys.new()
    keys.certify(key_id, parameter_of(key_id))
    finding = certificate(key_id)
    assert (finding.state, finding.details["days_left"]) == ("ok", 89)


@pytest.mark.parametrize(("days", "state"), [(29, "degraded"), (31, "ok")])
def test_a_certificate_that_ends_within_thirty_days_is_told(
    keys: KmsKeys, monkeypatch: pytest.MonkeyPatch, days: int, state: str
) -> None:
    monkeypatch.setattr(development_ca, "_LEAF_LIFETIME", timedelta(days=days))
    key_id = keys.new()
    keys.certify(key_id, parameter_of(key_id))
    finding = certificate(key_id)
    assert (finding.state, finding.closes) == (state, frozenset())
    assert finding.details["days_left"] == days - 1
    ends = datetime.fromisoformat(finding.details["expires_at"])
    assert ends - datetime.now(UTC) < timedelta(days=days)


def test_another_keys_certificate_closes_every_way(keys: KmsKeys) -> None:
    key_id = keys.new()
    keys.certify(keys.new(), parameter_of(key_id))
    finding = certificate(key_id)
    assert (finding.state, finding.closes) == ("unavailable", EVERY_WAY)
    assert finding.details["error"] == "the certificate is not the signing key's"


@pytest.mark.parametrize("pem", [None, "no certificate"])
def test_without_a_certificate_no_way_is_open(keys: KmsKeys, pem: str | None) -> None:
    key_id = keys.new()
    if pem is not None:
        AWS.ssm.put_parameter(Name=parameter_of(key_id), Value=pem, Type="String")
    finding = certificate(key_id)
    assert (finding.state, finding.closes) == ("unavailable", EVERY_WAY)


def test_a_certificate_that_cannot_be_compared_closes_nothing(keys: KmsKeys) -> None:
    key_id = keys.new()
    keys.certify(key_id, parameter_of(key_id))
    faults({"service": "kms", "status": 500})
    finding = certificate(key_id)
    assert (finding.state, finding.closes) == ("degraded", frozenset())
    assert "could not be compared" in finding.details["error"]


def test_buckets_and_tables_that_are_not_there_are_told() -> None:
    name = f"health-{uuid4().hex}"
    for check in (partial(check_bucket, AWS.s3, name), partial(check_tenants, AWS.dynamodb, name)):
        with pytest.raises(ClientError):
            check()
    AWS.s3.create_bucket(Bucket=name)
    make_table(AWS.dynamodb, name, "token_sha256")
    for check in (partial(check_bucket, AWS.s3, name), partial(check_tenants, AWS.dynamodb, name)):
        assert check().state == "ok"


OPEN = Flags(edge_signer_enabled=True, tenant_allowlist=("acme",))
SWITCHED: dict[str, tuple[dict[str, str], Flags, Finding]] = {
    "nothing": ({}, OPEN, Finding("ok")),
    "the kill switch": ({"kill_switch": "on"}, OPEN, Finding("unavailable", closes=EVERY_WAY)),
    "the edge": ({"edge_signer_enabled": "no"}, OPEN, Finding("degraded", closes=EDGE)),
    "nothing on yet": ({}, Flags(), Finding("degraded", closes=EDGE)),
    "on, for nobody": ({"edge_signer_enabled": "true"}, Flags(), Finding("degraded")),
    "a text that is none": ({"kill_switch": "perhaps"}, OPEN, Finding("degraded")),
}


@pytest.mark.parametrize("case", SWITCHED)
def test_flags_say_who_signs(case: str) -> None:
    switched, defaults, expected = SWITCHED[case]
    path = f"/edge-signer/{uuid4().hex}"
    for name, value in switched.items():
        AWS.ssm.put_parameter(Name=f"{path}/{name}", Value=value, Type="String")
    finding = check_flags(SsmParameterFolder(AWS.ssm, path, refresh_s=0), defaults)
    assert (finding.state, finding.closes) == (expected.state, expected.closes)
    assert ("ignored" in finding.details) == (case == "a text that is none")


NOW_S = NOW_MS // 1000
ORDERED = ChaosOrder(failure_type="timeout", failure_rate=0.5, ends_at_s=NOW_S + 60, scope="all")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (None, "ok"),
        (ORDERED.model_dump_json(), "degraded"),
        (ORDERED.model_copy(update={"ends_at_s": NOW_S}).model_dump_json(), "ok"),
        (ORDERED.model_copy(update={"ends_at_s": 10**12}).model_dump_json(), "ok"),
        ("no order", "ok"),
    ],
)
def test_chaos_in_force_is_told_and_closes_nothing(text: str | None, state: str) -> None:
    name = f"/edge-signer/{uuid4().hex}/chaos"
    if text is not None:
        AWS.ssm.put_parameter(Name=name, Value=text, Type="String")
    finding = check_chaos(AWS.ssm, name, lambda: float(NOW_S))
    assert (finding.state, finding.closes) == (state, frozenset())
    assert finding.details == (ORDERED.model_dump() if state == "degraded" else {})


def opened(probe_after_ms: int, probe: Probe | None = None) -> Record:
    return Record((), NOW_MS - OPEN_MS, Opening("throttle", probe_after_ms, probe))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(), Finding("ok")),
        (Record((NOW_MS,) * 5), Finding("ok")),
        (opened(NOW_MS + 1), Finding("degraded", closes=EDGE)),
        (opened(NOW_MS), Finding("degraded")),
        (opened(NOW_MS, Probe("p", NOW_MS + PROBE_MS)), Finding("degraded", closes=EDGE)),
    ],
)
def test_an_open_breaker_closes_the_edge_until_a_probe_is_due(
    record: Record, expected: Finding
) -> None:
    finding = check_breaker(lambda: Stored(record), [], lambda: NOW_MS / 1000)
    assert (finding.state, finding.closes) == (expected.state, expected.closes)


def test_a_breaker_that_cannot_be_read_is_told_and_closes_nothing() -> None:
    finding = check_breaker(Stored, ["cannot be read"], lambda: NOW_MS / 1000)
    assert (finding.state, finding.closes) == ("degraded", frozenset())


@pytest.mark.parametrize(("peak", "state"), [(0, "ok"), (399, "ok"), (400, "degraded")])
def test_eighty_percent_of_the_quota_is_told(peak: int, state: str) -> None:
    finding = check_quota(lambda: KmsUsage(peak, today=12_345), 500)
    assert (finding.state, finding.closes) == (state, frozenset())
    assert finding.details["per_s_percent"] == peak / 5
    assert finding.details["today"] == 12_345


def test_an_authority_that_nobody_answers_for_is_told() -> None:
    with pytest.raises(Exception, match="refused"):
        check_authority("http://127.0.0.1:1/tsa", timeout_s=0.5)
