"""Flags in a real folder of SSM: who serves what while SSM fails."""

from __future__ import annotations

import pytest

from edge_signer.configuration.flags import Flags, OperatorFlags
from edge_signer.platform.errors import StoreUnavailableError
from emulator.aws.services import ServiceHost
from emulator.stack.resources import Services
from tests.integration.platform.test_parameters import aws, break_ssm, folder, host, path, put

__all__ = ["aws", "host", "path"]
OPEN = Flags(edge_signer_enabled=True, tenant_allowlist=("acme",))


def flags_of(aws: Services, path: str) -> OperatorFlags:
    return OperatorFlags(folder(aws, path).values, OPEN, pytest.fail)


def test_the_last_good_flags_serve_while_ssm_fails(
    aws: Services, host: ServiceHost, path: str
) -> None:
    flags = flags_of(aws, path)
    assert flags() == OPEN
    put(aws, f"{path}/kill_switch", "true")
    assert flags().kill_switch
    put(aws, f"{path}/kill_switch", "false")
    break_ssm(host, broken=True)
    assert flags().kill_switch
    break_ssm(host, broken=False)
    assert not flags().kill_switch


def test_defaults_do_not_stand_in_for_an_ssm_that_never_answered(
    aws: Services, host: ServiceHost, path: str
) -> None:
    flags = flags_of(aws, path)
    break_ssm(host, broken=True)
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            flags()
    break_ssm(host, broken=False)
    assert flags() == OPEN
