"""What AWS Systems Manager does with parameters that are long."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.aws.services import in_process_services, moto_host

NAME = "/edge-signer/test/certificates/long"


@pytest.fixture
def ssm() -> Any:
    return in_process_services(moto_host()).ssm


def put(ssm: Any, length: int, **arguments: str) -> None:
    ssm.put_parameter(Name=NAME, Type="String", Value="x" * length, Overwrite=True, **arguments)


def test_a_standard_parameter_holds_4096_bytes(ssm: Any) -> None:
    put(ssm, 4096)
    with pytest.raises(ClientError, match="maximum parameter value of 4096"):
        put(ssm, 4097)
    assert len(ssm.get_parameter(Name=NAME)["Parameter"]["Value"]) == 4096


def test_a_tier_is_chosen_by_length_and_holds_8192_bytes(ssm: Any) -> None:
    for length, tier in ((4096, "Standard"), (4097, "Advanced"), (8192, "Advanced")):
        put(ssm, length, Tier="Intelligent-Tiering")
        described = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [NAME]}])[
            "Parameters"
        ]
        assert [one["Tier"] for one in described] == [tier]
    with pytest.raises(ClientError, match="maximum parameter value of 8192"):
        put(ssm, 8193, Tier="Intelligent-Tiering")


def test_a_parameter_stays_in_its_tier(ssm: Any) -> None:
    put(ssm, 5000, Tier="Advanced")
    put(ssm, 6000)
    assert len(ssm.get_parameter(Name=NAME)["Parameter"]["Value"]) == 6000
