"""Faults that an operator orders: what becomes of requests meanwhile, and where there are none."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_signer.kms_guard.chaos import ChaosOrder
from tests.e2e.conftest import body, calls, post
from tests.e2e.operations.administration import admin, recorded, settings
from tests.e2e.operations.health import deep
from tests.judges.engines import c2pa_rs
from tests.system.running import Answer, Running, running
from tests.system.waiting import wait_for


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(settings(tmp_path_factory.mktemp("chaos"), RetryDelayMs="0")) as system:
        yield system


@pytest.fixture(autouse=True)
def _the_breaker_is_closed(system: Running) -> Iterator[None]:
    yield
    order(system, enabled=False)
    wait_for(lambda: mode(post(system, body(b"x"))).startswith("edge") or not reset(system))


def reset(system: Running) -> bool:
    asked = {"action": "reset", "service": "kms"}
    return admin(system, "circuit-breaker", asked).status == 200


def order(system: Running, **asked: object) -> Answer:
    return admin(system, "chaos", asked)


def mode(answer: Answer) -> str:
    found: str = answer.json().get("signing_mode", "refused")
    return found


def test_the_edge_fails_over_and_every_manifest_holds(system: Running, photograph: bytes) -> None:
    assert (
        order(
            system, enabled=True, failure_type="429_rate_limit", failure_rate=0.5, duration=60
        ).status
        == 200
    )
    seen: set[str] = set()
    anchors_pem = Path(system.state.anchors).read_text()

    def signed() -> bool:
        answer = post(system, body(photograph))
        assert answer.status == 200, answer
        manifest = system.call("GET", answer.json()["manifest_url"].removeprefix(system.state.url))
        assert c2pa_rs(photograph, "image/jpeg", manifest.body, anchors_pem).trusted
        seen.add(mode(answer))
        if mode(answer) == "central-fallback":
            reset(system)
        return len(seen) == 2

    wait_for(signed)


def test_an_edge_whose_kms_is_gone_asks_kms_nothing(system: Running) -> None:
    order(system, enabled=True, failure_type="503_service_unavailable", failure_rate=1, duration=60)
    wait_for(lambda: mode(post(system, body(b"x"))) == "central-fallback")
    before = calls(system, "kms.Sign")
    assert mode(post(system, body(b"x"))) == "central-fallback"
    assert calls(system, "kms.Sign") == before + 1


def test_an_order_for_all_stops_the_central_signer_too_and_ends_by_itself(system: Running) -> None:
    done = order(
        system,
        enabled=True,
        failure_type="429_rate_limit",
        failure_rate=1,
        duration=10,
        scope="all",
    )
    assert recorded(system)[done.json()["audit_key"]]["action"] == "chaos"
    assert deep(system).json()["checks"]["chaos"] == "degraded"
    wait_for(lambda: post(system, body(b"x")).json().get("code") == "KMS_RATE_LIMIT")
    stored = hashlib.sha256(b"never signed")
    assert post(system, body(b"never signed")).status == 429
    assert system.call("GET", f"/manifests/load/sha256/{stored.hexdigest()}.c2pa").status == 404
    wait_for(lambda: post(system, body(b"x")).status == 200)


@pytest.mark.parametrize(("stage", "allowed"), [("prod", "true"), ("production", "false")])
def test_where_it_is_not_allowed_it_is_refused_and_never_looked_for(
    tmp_path: Path, stage: str, allowed: str
) -> None:
    with running(settings(tmp_path, Stage=stage, ChaosAllowed=allowed)) as live:
        answer = order(live, enabled=True, failure_type="timeout", failure_rate=1, duration=60)
        assert (answer.status, answer.json()["code"]) == (403, "CHAOS_NOT_ALLOWED")
        assert order(live, enabled=False).status == 403
        # Not even an order that somebody wrote by other means is heeded.
        by_hand = ChaosOrder(
            failure_type="429_rate_limit", failure_rate=1, ends_at_s=int(time.time()) + 600
        )
        live.client("ssm").put_parameter(
            Name=f"/edge-signer/{stage}/chaos", Type="String", Value=by_hand.model_dump_json()
        )
        assert mode(post(live, body(b"x"))).startswith("edge")
        assert "chaos" not in live.call("GET", "/health?deep=1").json()["checks"]
        bucket = live.state.variables[f"edge-signer-{stage}-admin"]["MANIFEST_BUCKET"]
        assert "Contents" not in live.client("s3").list_objects_v2(Bucket=bucket, Prefix="audit/")
