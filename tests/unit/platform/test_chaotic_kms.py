"""Faults that an operator orders, as the client of KMS makes them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from edge_signer.kms_guard.chaos_order import MAX_DURATION_S, ChaosOrder, FailureType, Scope
from edge_signer.kms_guard.chaotic_kms import ChaosOrders, ChaoticKms
from edge_signer.kms_guard.kms_errors import kms_error
from edge_signer.platform.errors import KmsRateLimitError, KmsUnavailableError

NOON_S = 1_700_000_000


class Ssm:
    """A parameter store of one parameter."""

    class exceptions:
        class ParameterNotFound(Exception):
            """There is none."""

    def __init__(self) -> None:
        self.value: str | None = None
        self.fails = False

    def get_parameter(self, Name: str) -> dict[str, Any]:
        assert Name == "/edge-signer/dev/chaos"
        if self.fails:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "GetParameter")
        if self.value is None:
            raise self.exceptions.ParameterNotFound
        return {"Parameter": {"Value": self.value}}


class Kms:
    """Signs everything."""

    def sign(self, **arguments: Any) -> dict[str, Any]:
        return {"Signature": arguments["Message"]}


class Laboratory:
    """A client under an order, with a clock and chances of the test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, whose: Scope = "edge") -> None:
        monkeypatch.setattr(ChaosOrders, "REFRESH_S", 0.0)
        self.ssm = Ssm()
        self.now_s = float(NOON_S)
        self.slept_s: list[float] = []
        self.chance = 0.0
        orders = ChaosOrders(self.ssm, "/edge-signer/dev/chaos", whose, lambda: self.now_s)
        self.kms = ChaoticKms(Kms(), orders, 700, self.slept_s.append, lambda: self.chance)

    def order(
        self,
        failure_type: FailureType,
        scope: Scope = "edge",
        rate: float = 0.5,
        lasts_s: int = 60,
    ) -> None:
        order = ChaosOrder(
            failure_type=failure_type, failure_rate=rate, ends_at_s=NOON_S + lasts_s, scope=scope
        )
        self.ssm.value = order.model_dump_json()

    def signs(self) -> bool:
        try:
            return bool(self.kms.sign(Message=b"x") == {"Signature": b"x"})
        except (ClientError, ReadTimeoutError):
            return False


def test_each_kind_of_failure_is_read_as_kms_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    laboratory = Laboratory(monkeypatch)
    for failure_type, kind, is_passing in (
        ("429_rate_limit", KmsRateLimitError, None),
        ("503_service_unavailable", KmsUnavailableError, True),
        ("timeout", KmsUnavailableError, True),
    ):
        laboratory.order(failure_type)  # type: ignore[arg-type]
        with pytest.raises((ClientError, ReadTimeoutError)) as failed:
            laboratory.kms.sign(Message=b"x")
        error = kms_error(failed.value)
        assert (type(error), getattr(error, "is_passing", None)) == (kind, is_passing)
    assert laboratory.slept_s == [0.7]


def test_as_many_calls_fail_as_were_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    laboratory = Laboratory(monkeypatch)
    laboratory.order("429_rate_limit", rate=0.5)
    for chance, signs in ((0.0, False), (0.49, False), (0.5, True), (0.99, True)):
        laboratory.chance = chance
        assert laboratory.signs() is signs
    laboratory.chance = 0.0
    laboratory.order("429_rate_limit", rate=0.0)
    assert laboratory.signs()


def test_an_order_ends_by_itself_or_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    laboratory = Laboratory(monkeypatch)
    assert laboratory.signs()
    laboratory.order("429_rate_limit")
    laboratory.now_s = NOON_S + 59.9
    assert not laboratory.signs()
    laboratory.now_s = NOON_S + 60
    assert laboratory.signs()
    laboratory.now_s = NOON_S
    laboratory.ssm.value = None
    assert laboratory.signs()


def test_without_ssm_an_order_holds_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    laboratory = Laboratory(monkeypatch)
    laboratory.order("429_rate_limit")
    assert not laboratory.signs()
    laboratory.ssm.fails = True
    assert not laboratory.signs()
    laboratory.now_s = NOON_S + 60
    assert laboratory.signs()


def test_an_order_that_ends_later_than_any_may_is_not_heeded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laboratory = Laboratory(monkeypatch)
    laboratory.order("429_rate_limit", lasts_s=MAX_DURATION_S)
    assert not laboratory.signs()
    laboratory.order("429_rate_limit", lasts_s=MAX_DURATION_S + 1)
    assert laboratory.signs()


RATE_OF_TRUE = '{"failure_type":"429_rate_limit","failure_rate":true,"ends_at_s":1700000060}'


@pytest.mark.parametrize("text", ["", "no JSON", "{}", '{"failure_type": "flood"}', RATE_OF_TRUE])
def test_an_order_that_is_none_is_not_heeded(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    laboratory = Laboratory(monkeypatch)
    laboratory.ssm.value = text
    assert laboratory.signs()


@pytest.mark.parametrize(
    ("whose", "scope", "fails"),
    [("edge", "edge", True), ("edge", "all", True), ("all", "edge", False), ("all", "all", True)],
)
def test_the_central_signer_fails_only_where_all_shall(
    monkeypatch: pytest.MonkeyPatch, whose: Scope, scope: Scope, fails: bool
) -> None:
    laboratory = Laboratory(monkeypatch, whose)
    laboratory.order("429_rate_limit", scope)
    assert laboratory.signs() is not fails


SERVICES = {
    "edge": """
from edge_signer.configuration.settings import Settings
from edge_signer.telemetry.telemetry import Telemetry
from edge_signer.configuration.flags import Flags
from edge_signer.signing.wiring import signing_service
settings = Settings.from_environment(environment)
signing_service(settings, Flags, Telemetry("sign", settings))
""",
    "central": """
from central_signer.wiring import FallbackSettings
from central_signer.wiring import central_signing_service
from edge_signer.signing.rules.policy_directory import shipped_policies
service = central_signing_service(FallbackSettings.from_environment(environment), *[print] * 3)
service._signer_for(next(iter(shipped_policies().values())))
""",
}


@pytest.mark.parametrize(
    ("stage", "allowed", "imports"),
    [("prod", "true", False), ("dev", "true", True), ("dev", "false", False), ("live", "", False)],
)
@pytest.mark.parametrize("service", SERVICES)
def test_it_is_imported_only_where_chaos_is_allowed(
    service: str, stage: str, allowed: str, imports: bool
) -> None:
    program = f"""
import sys
from tests.unit.platform.test_platform import ENVIRONMENT
told = {{"CHAOS_ALLOWED": "{allowed}"}} if "{allowed}" else {{}}
environment = {{**ENVIRONMENT, "STAGE": "{stage}", **told}}
{SERVICES[service]}
print("edge_signer.kms_guard.chaotic_kms" in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == str(imports), told.stderr
