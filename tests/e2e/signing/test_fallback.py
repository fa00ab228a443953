"""Where KMS at home fails or lies, the central signer signs with the key's replica abroad."""

from __future__ import annotations

import hashlib
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.account import REGION, REPLICA_REGION
from emulator.credentials.development_ca import DevelopmentCa
from emulator.system import Settings
from tests.e2e.conftest import BREAKER, CENTRAL, body, breaker, inject, post, processes_of
from tests.judges.engines import c2pa_rs
from tests.system.running import Answer, Running, call, running
from tests.system.waiting import wait_for
from tests.telemetry.log_lines import metrics_of

BUCKET = f"edge-signer-dev-manifests-123456789012-{REGION}"
ATTEMPTS = 3
ALIAS = "alias/edge-signer-dev-signing"
CHAIN = "/edge-signer/dev/certificates/signing"
SIGN = {"service": "kms", "operation": "Sign"}
AT_HOME = {"service": "kms", "region": REGION}
CORRUPTIONS = ["signature", "other_key", "malformed"]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of its own: what happens here opens its circuit breaker."""
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("state"),
        parameters={"RetryAttempts": str(ATTEMPTS), "RetryDelayMs": "0"},
    )
    with running(settings) as system:
        yield system


@pytest.fixture(autouse=True)
def _all_is_well(system: Running) -> None:
    inject(system)
    system.client("dynamodb").delete_item(**BREAKER)
    wait_for(lambda: mode(sign(system, b"well")) == "edge-tbs+remote-es256")


def sign(system: Running, asset: bytes) -> Answer:
    return post(system, body(asset))


def mode(answer: Answer) -> str:
    return str(answer.json().get("signing_mode"))


def signatures(system: Running) -> dict[str, int]:
    """Calls of kms.Sign so far, by region."""
    counted = call(system.state.aws_endpoint, "GET", "/_emulator/calls").json()
    regions = counted["kms.Sign"]["regions"]
    return {region: regions.get(region, 0) for region in (REGION, REPLICA_REGION)}


def since(system: Running, before: dict[str, int]) -> tuple[int, int]:
    """Calls of kms.Sign at home and abroad since then."""
    after = signatures(system)
    return after[REGION] - before[REGION], after[REPLICA_REGION] - before[REPLICA_REGION]


def fresh(photograph: bytes) -> bytes:
    """The photograph with something after its end, which is another asset."""
    return photograph + uuid.uuid4().bytes


def versions(system: Running, asset: bytes) -> list[Any]:
    key = f"load/sha256/{hashlib.sha256(asset).hexdigest()}.c2pa"
    listed = system.client("s3").list_object_versions(Bucket=BUCKET, Prefix=key)
    return list(listed.get("Versions", []))


def require_trusted(system: Running, asset: bytes, answer: Answer) -> None:
    """Hold what is stored, and nothing else was, against c2pa-rs."""
    assert answer.status == 200, answer.body
    assert len(versions(system, asset)) == 1
    url = answer.json()["manifest_url"].removeprefix(system.state.url)
    stored = system.call("GET", url)
    anchors = Path(system.state.anchors).read_text()
    verdict = c2pa_rs(asset, "image/jpeg", stored.body, anchors)
    assert verdict.trusted, verdict


def rejected(system: Running, function: str) -> float:
    """How many signatures a function has rejected."""
    lines = metrics_of(system.log(f"edge-signer-dev-{function}"))
    return sum(sum(line["signature_rejected"]) for line in lines if "signature_rejected" in line)


@pytest.mark.parametrize(
    ("rule", "asked_at_home"),
    [
        ({"status": 503}, ATTEMPTS + 1),
        ({"error_code": "DisabledException"}, 2),
        ({"error_code": "ThrottlingException"}, 2),
        ({"delay_ms": 2500}, ATTEMPTS + 1),
    ],
    ids=["fails", "disabled", "throttles", "does not answer"],
)
def test_where_the_home_region_does_not_sign_the_replica_does(
    system: Running, photograph: bytes, rule: dict[str, Any], asked_at_home: int
) -> None:
    before, asset = signatures(system), fresh(photograph)
    inject(system, {**AT_HOME, "operation": "Sign", **rule})
    answer = sign(system, asset)
    assert since(system, before) == (asked_at_home, 1)
    assert mode(answer) == CENTRAL
    assert answer.json()["kms_key_id"].split(":")[3] == REPLICA_REGION
    require_trusted(system, asset, answer)


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_signature_that_is_not_the_keys_is_never_stored_and_the_replica_signs(
    system: Running, photograph: bytes, corruption: str
) -> None:
    before = [rejected(system, one) for one in ("sign", "fallback")]
    called, asset = signatures(system), fresh(photograph)
    inject(system, {**AT_HOME, "operation": "Sign", "corrupt": corruption})
    answer = sign(system, asset)
    # Once by the edge, once by the central signer: another signature of the same would not help.
    assert since(system, called) == (2, 1)
    assert mode(answer) == CENTRAL
    require_trusted(system, asset, answer)
    after = [rejected(system, one) for one in ("sign", "fallback")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        *(({"corrupt": one}, (503, "KMS_UNAVAILABLE")) for one in CORRUPTIONS),
        ({"status": 503}, (503, "KMS_UNAVAILABLE")),
        ({"error_code": "ThrottlingException"}, (429, "KMS_RATE_LIMIT")),
    ],
    ids=[*CORRUPTIONS, "fails", "throttles"],
)
def test_where_both_regions_fail_nothing_is_stored(
    system: Running, photograph: bytes, rule: dict[str, Any], told: tuple[int, str]
) -> None:
    asset = fresh(photograph)
    inject(system, {**SIGN, **rule})
    answer = sign(system, asset)
    assert (answer.status, answer.json()["code"]) == told
    assert answer.headers["retry-after"] == str(answer.json()["retry_after"])
    assert versions(system, asset) == []


def test_the_sixth_failure_opens_the_breaker_a_probe_that_fails_keeps_it_and_one_closes_it(
    system: Running, photograph: bytes
) -> None:
    before = signatures(system)
    inject(system, {**AT_HOME, "operation": "Sign", "status": 503})
    asset = fresh(photograph)
    answers = [sign(system, asset) for _ in range(2)]
    # Two requests make six attempts at the edge; each has the central signer ask once more.
    assert since(system, before) == (2 * ATTEMPTS + 2, 2)
    assert breaker(system)["opened_by"] == {"S": "failures"}
    assert len(breaker(system)["failures_ms"]["L"]) == 6
    answers.append(sign(system, asset))
    assert since(system, before) == (2 * ATTEMPTS + 3, 3)
    assert {mode(answer) for answer in answers} == {CENTRAL}

    let_probe(system)
    before = signatures(system)
    wait_for(lambda: mode(sign(system, asset)) and breaker(system)["probe_after_ms"] != {"N": "1"})
    asked_at_home, asked_abroad = since(system, before)
    # One attempt was the probe: it failed, and what would have been retried was not.
    assert asked_at_home == asked_abroad + 1
    assert "opened_by" in breaker(system)

    let_probe(system)
    inject(system)
    wait_for(lambda: mode(sign(system, asset)) != CENTRAL)
    assert "opened_by" not in breaker(system)
    assert mode(sign(system, asset)) != CENTRAL


def let_probe(system: Running) -> None:
    """Make a probe due, as it is when ten seconds have passed."""
    due = {**breaker(system), "probe_after_ms": {"N": "1"}, "revision": {"S": uuid.uuid4().hex}}
    system.client("dynamodb").put_item(TableName=BREAKER["TableName"], Item=due)


def test_one_throttle_opens_the_breaker(system: Running) -> None:
    before = signatures(system)
    inject(system, {**AT_HOME, "operation": "Sign", "error_code": "ThrottlingException"})
    assert [mode(sign(system, b"x")) for _ in range(2)] == [CENTRAL, CENTRAL]
    assert since(system, before) == (3, 2)
    assert breaker(system)["opened_by"] == {"S": "throttle"}


def test_with_the_edge_switched_off_the_central_signer_signs_alone(
    system: Running, photograph: bytes
) -> None:
    name = "/edge-signer/dev/flags/edge_signer_enabled"
    ssm = system.client("ssm")
    ssm.put_parameter(Name=name, Type="String", Value="false")
    try:
        wait_for(lambda: mode(sign(system, b"x")) == CENTRAL)
        before, asset = signatures(system), fresh(photograph)
        require_trusted(system, asset, sign(system, asset))
        assert since(system, before) == (1, 0)
    finally:
        ssm.delete_parameter(Name=name)


def test_a_chain_that_was_renewed_is_known_to_both_engines_or_looked_up(system: Running) -> None:
    ssm = system.client("ssm")
    public_key = system.client("kms").get_public_key(KeyId=ALIAS)["PublicKey"]
    first = ssm.get_parameter(Name=CHAIN)["Parameter"]["Value"]
    renewed = DevelopmentCa().issue("Renewed", public_key)
    inject(system, {**AT_HOME, "status": 500})
    try:
        for chain in (renewed, first):
            ssm.put_parameter(Name=CHAIN, Type="String", Value=chain, Overwrite=True)
            # Its next worker has the chain that is in force, the edge's the one before.
            for worker in processes_of(system, "fallback"):
                os.kill(worker, signal.SIGKILL)
            wait_for(lambda: mode(sign(system, b"renewed")) == CENTRAL)
    finally:
        ssm.put_parameter(Name=CHAIN, Type="String", Value=first, Overwrite=True)
