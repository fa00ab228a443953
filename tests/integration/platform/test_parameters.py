"""Parameters in SSM: a folder, read now and then and kept when SSM fails; and a single one."""

from __future__ import annotations

import json

import pytest

from edge_signer.configuration.parameters import SsmParameter, SsmParameterFolder
from edge_signer.platform.errors import StoreUnavailableError
from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.http.message import Request
from emulator.stack.resources import Services


@pytest.fixture
def host() -> ServiceHost:
    return moto_host()


@pytest.fixture
def aws(host: ServiceHost) -> Services:
    return in_process_services(host)


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    """A folder of the test's own: the services are one for all tests of this process."""
    return f"/edge-signer/{request.node.name[:60]}"


def put(aws: Services, name: str, value: str) -> None:
    aws.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def reads(host: ServiceHost, operation: str = "GetParametersByPath") -> int:
    counted = json.loads(host.answer(Request("GET", "/_emulator/calls")).body)
    return int(counted.get(f"ssm.{operation}", {"count": 0})["count"])


def break_ssm(host: ServiceHost, *, broken: bool, operation: str = "GetParametersByPath") -> None:
    rules = [{"service": "ssm", "operation": operation, "status": 500}]
    body = json.dumps(rules if broken else []).encode()
    host.answer(Request("PUT", "/_emulator/faults", body=body))


def folder(
    aws: Services, path: str, refresh_s: float = 0.0, retry_s: float = 0.0
) -> SsmParameterFolder:
    return SsmParameterFolder(aws.ssm, path, refresh_s=refresh_s, retry_s=retry_s)


def test_more_than_one_page_is_read_and_other_folders_are_not(aws: Services, path: str) -> None:
    wanted = {f"name-{number}": f"value {number}" for number in range(25)}
    for name, value in wanted.items():
        put(aws, f"{path}/{name}", value)
    put(aws, f"{path}/deeper/other", "x")
    put(aws, f"{path}2/other", "x")
    assert folder(aws, path).values() == wanted


def test_values_serve_until_they_are_old(aws: Services, host: ServiceHost, path: str) -> None:
    fresh, stale = folder(aws, path, refresh_s=1000), folder(aws, path, refresh_s=0)
    before = reads(host)
    assert fresh.values() is fresh.values()
    assert reads(host) == before + 1
    stale.values()
    put(aws, f"{path}/new", "x")
    assert (fresh.values(), stale.values()) == ({}, {"new": "x"})


def test_unchanged_values_are_the_same_object(aws: Services, path: str) -> None:
    put(aws, f"{path}/a", "x")
    stale = folder(aws, path)
    assert stale.values() is stale.values()


def test_the_last_good_values_serve_while_ssm_fails(
    aws: Services, host: ServiceHost, path: str
) -> None:
    put(aws, f"{path}/a", "x")
    stale = folder(aws, path)
    stale.values()
    break_ssm(host, broken=True)
    assert stale.values() == {"a": "x"}


def test_without_a_first_answer_there_are_no_values_and_ssm_is_not_pressed(
    aws: Services, host: ServiceHost, path: str
) -> None:
    never = folder(aws, path, retry_s=1000.0)
    break_ssm(host, broken=True)
    for _ in range(3):
        with pytest.raises(StoreUnavailableError, match="configuration cannot be read"):
            never.values()
        pressed = reads(host)
    assert pressed == reads(host)
    again = folder(aws, path)
    with pytest.raises(StoreUnavailableError):
        again.values()
    break_ssm(host, broken=False)
    assert again.values() == {}


def test_a_parameter_is_read_anew_each_time(aws: Services, path: str) -> None:
    parameter = SsmParameter(aws.ssm, path)
    for value in ("x", "y"):
        put(aws, path, value)
        assert parameter.read() == value


@pytest.mark.parametrize("broken", [False, True])
def test_for_a_parameter_that_is_not_to_be_had_ssm_is_not_pressed(
    aws: Services, host: ServiceHost, path: str, *, broken: bool
) -> None:
    def read() -> str | None:
        if not broken:
            return parameter.read()
        with pytest.raises(StoreUnavailableError, match="configuration cannot be read"):
            parameter.read()
        return None

    parameter = SsmParameter(aws.ssm, path, retry_s=1000.0)
    break_ssm(host, broken=broken, operation="GetParameter")
    assert read() is None
    pressed = reads(host, "GetParameter")
    assert read() is None
    assert reads(host, "GetParameter") == pressed

    break_ssm(host, broken=False)
    put(aws, path, "x")
    parameter._retry_at_s = 0.0
    assert parameter.read() == "x"
