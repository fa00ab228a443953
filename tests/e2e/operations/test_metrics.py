"""Every metric that an alarm watches or the dashboard shows is one that the functions write."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment.cost import METRICS
from emulator.account import REGION
from emulator.system import Settings
from tests.calls.verify_requests import in_base64, post_verify
from tests.conftest import ROOT
from tests.e2e.conftest import body, inject, post, processes_of
from tests.e2e.operations.administration import admin
from tests.guards.resolved_template import of_type, resolved_resources
from tests.jobs.job_requests import job_request, post_job
from tests.system.processes import is_known
from tests.system.running import Running, running
from tests.system.waiting import wait_for
from tests.telemetry.alarm_state import is_breached
from tests.telemetry.metrics import Metric, Samples, of_alarm, of_dashboard, of_filters, written

RESOURCES = resolved_resources()
ALARMS = of_type(RESOURCES, "AWS::CloudWatch::Alarm")
(DASHBOARD,) = of_type(RESOURCES, "AWS::CloudWatch::Dashboard").values()
CHAIN = "/edge-signer/dev/certificates/signing"
SIGN = {"service": "kms", "operation": "Sign"}
BREAKER = {
    "TableName": "edge-signer-dev-breakers",
    "Key": {"breaker_id": {"S": f"kms:{REGION}"}},
}
# A loaded machine decides on these.
TIMES = {"SignLatencyAlarm", "CpuAlarm"}
# Nothing here takes that much, or comes from Lambda.
BORNE = {
    *TIMES,
    *("KmsQuotaAlarm", "MemoryAlarm", "CertificateEndsAlarm", "ThrottlesAlarm"),
    *("HealthErrorsAlarm", "GatewayErrorsAlarm"),
}
TRUST_LIST = {
    "Bucket": "edge-signer-dev-manifests-123456789012-us-east-1",
    "Key": "trust/damaged.json",
}
NO_MANIFEST = {**TRUST_LIST, "Key": f"load/sha256/{'0' * 64}.c2pa", "Body": b"no manifest"}


def samples(system: Running) -> dict[Metric, list[float]]:
    logs = (Path(system.state.anchors).parent / "logs").glob("edge-signer-*.log")
    found: dict[Metric, list[float]] = {}
    for log in logs:
        for metric, values in written(log.read_text()).items():
            found.setdefault(metric, []).extend(values)
    return found


def breached(seen: Samples) -> set[str]:
    return {name for name, alarm in ALARMS.items() if is_breached(alarm, seen)}


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of which nothing is wrong."""
    parameters = {
        **{"RetryDelayMs": "0", "TraceSamplingRate": "1", "RecheckShare": "all"},
        **{"DerivativesEnabled": "true", "OriginalsBucket": "originals"},
    }
    directory = tmp_path_factory.mktemp("well")
    settings = Settings(port=0, state_directory=directory, parameters=parameters)
    with running(settings) as system:
        assert post(system, body(b"asset")).status == 200
        assert post(system, {"asset_sha256": "no"}).status == 400
        yield system


@pytest.fixture(scope="module")
def healthy(well: Running) -> Samples:
    """What was written while nothing was wrong."""
    return samples(well)


@pytest.fixture(scope="module")
def ailing(well: Running, healthy: Samples) -> Samples:
    """What was written by then, after everything went wrong that there is an alarm for."""
    assert healthy, "first, for what follows is not"
    # Wherever KMS is asked, what it gives is no signature of the certified key.
    inject(well, {**SIGN, "corrupt": "signature"})
    assert post(well, body(b"forged")).status == 503

    assert post_job(well, job_request()).status == 503

    inject(well, {**SIGN, "region": REGION, "error_code": "ThrottlingException"})
    make_the_probe_due(well)
    wait_for(lambda: post(well, body(b"throttled")).status == 200 and not is_probe_due(well))

    inject(well)
    make_the_probe_due(well)
    wait_for(lambda: post(well, body(b"probe")).json()["signing_mode"].startswith("edge"))

    inject(well, {**SIGN, "times": 1, "status": 500})
    assert post(well, body(b"retried")).status == 200

    for _ in range(20):
        assert well.call("POST", "/admin/flags", b"{}").status == 401

    # The token is known for some time, the breaker for a second, and the limits never.
    inject(well, {"service": "dynamodb", "status": 500})
    wait_for(lambda: post(well, body(b"alone")).status == 200 and counts_alone(well))
    # Without its record no change is made.
    inject(well, {"service": "s3", "status": 500})
    assert admin(well, "flags", {"flag": "kill_switch", "value": "false"}).status == 503
    assert well.call("GET", "/derive/photo.jpg?w=800&f=webp").status == 503
    inject(well)
    # New workers read the lists: of rechecks there was one, of verifications none.
    wait_for(lambda: processes_of(well, "recheck"))
    well.client("s3").put_object(**TRUST_LIST, Body=b"{}")
    workers = processes_of(well, "recheck")
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not any(map(is_known, workers)))
    well.client("s3").put_object(**NO_MANIFEST)
    wait_for(lambda: "trust_list_rejected" in well.log("edge-signer-dev-recheck"))
    asked = {"asset_inline": in_base64(b"x"), "media_type": "image/png"}
    assert post_verify(well, asked).status == 503
    well.client("s3").delete_object(**TRUST_LIST)
    wait_for(lambda: post_verify(well, asked).status == 200)
    # It was stored behind the back of the sign function, which checks what it stores.
    wait_for(lambda: is_reported(well))
    return samples(well)


def is_reported(system: Running) -> bool:
    """Store what is no manifest, and tell whether a worker with good lists has reported it."""
    system.client("s3").put_object(**NO_MANIFEST)
    return '"manifest_differs":[' in system.log("edge-signer-dev-recheck")


def make_the_probe_due(system: Running) -> None:
    """Spare the test ten seconds; one is left, for which workers go by what they read."""
    system.client("dynamodb").update_item(
        **BREAKER,
        UpdateExpression="SET probe_after_ms = :now",
        ExpressionAttributeValues={":now": {"N": "0"}},
    )


def is_probe_due(system: Running) -> bool:
    item = system.client("dynamodb").get_item(**BREAKER)["Item"]
    return bool(item.get("probe_after_ms") == {"N": "0"})


def counts_alone(system: Running) -> bool:
    """Tell whether a worker shares neither limits nor breaker, for DynamoDB fails."""
    log = system.log("edge-signer-dev-sign")
    return all(
        f"{one} this worker counts alone" in log
        for one in ("rate limits: DynamoDB fails,", "circuit breaker:")
    )


def unwritten(seen: Samples) -> set[str]:
    needed = {metric for alarm in ALARMS.values() for metric in of_alarm(alarm)}
    needed |= set(of_dashboard(DASHBOARD))
    return {
        one.name
        for one in needed - set(of_filters(RESOURCES))
        if one.namespace == "EdgeSigner" and one not in seen
    }


def test_what_is_watched_and_shown_is_written_with_these_dimensions(ailing: Samples) -> None:
    assert unwritten(ailing) == set()


def test_no_function_writes_more_metrics_than_the_cost_model_counts(ailing: Samples) -> None:
    of_service: Counter[str] = Counter()
    for metric in ailing:
        (service,) = (value for name, value in metric.dimensions if name == "service")
        of_service[service.removeprefix("edge-signer-dev-")] += 1
    assert of_service <= Counter(METRICS)


def test_a_metric_that_is_called_otherwise_would_be_missed(ailing: Samples) -> None:
    watched = {metric for alarm in ALARMS.values() for metric in of_alarm(alarm)}
    for metric in watched & ailing.keys():
        elsewhere = frozenset({("service", "edge-signer-dev-else")})
        for other in (metric._replace(name="renamed"), metric._replace(dimensions=elsewhere)):
            assert unwritten({**without(ailing, metric), other: [1.0]}) == {metric.name}


def without(seen: Samples, metric: Metric) -> Samples:
    return {one: values for one, values in seen.items() if one != metric}


def test_while_all_is_well_no_alarm_goes_off(healthy: Samples) -> None:
    assert breached(healthy) - TIMES == set()


def test_what_went_wrong_sets_off_its_alarms(ailing: Samples) -> None:
    assert breached(ailing) - TIMES == ALARMS.keys() - BORNE


def test_what_is_written_is_documented(ailing: Samples) -> None:
    page = (ROOT / "docs/operations/telemetry.md").read_text()
    assert [one.name for one in ailing if f"`{one.name}`" not in page] == []


def test_the_time_of_a_refusal_is_not_counted_as_that_of_a_request(healthy: Samples) -> None:
    dimensions = frozenset({("service", "edge-signer-dev-sign")})
    times, refusals, memory = (
        healthy[Metric("EdgeSigner", name, dimensions)]
        for name in ("t_total_ms", "edge_sign_refusal", "memory_used_percent")
    )
    assert (len(times), len(refusals), len(memory)) == (1, 1, 2)
    assert all(0 < one < 85 for one in memory)


def test_days_left_are_told_with_every_chain_that_is_fetched(ailing: Samples) -> None:
    dimensions = frozenset({("service", "edge-signer-dev-sign")})
    (days,) = ailing[Metric("EdgeSigner", "certificate_days_left", dimensions)]
    assert 30 < days < 4000


def test_the_steps_that_a_saved_query_shows_are_told(well: Running, ailing: Samples) -> None:
    assert ailing
    lines = [json.loads(line) for line in well.log("edge-signer-dev-sign").splitlines()]
    told = {step for line in lines for step in line.get("steps_ms", ())}
    assert {"authenticate", "limit", "validate", "policy", "credential", "check"} <= told
