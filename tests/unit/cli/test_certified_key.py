"""Where a certified key and its chain are looked for."""

from __future__ import annotations

from cli.certificates.certified_key import certified_key
from cli.deployment import Deployment
from emulator.account import REGION

ENDPOINT = "http://127.0.0.1:9"


def test_the_key_is_in_the_region_of_kms_and_its_chain_in_the_stacks_own() -> None:
    sign = {"KMS_REGION": "ap-southeast-2"}
    elsewhere = Deployment(
        "dev", aws_endpoint=ENDPOINT, emulated_variables={"edge-signer-dev-sign": sign}
    )
    key = certified_key(elsewhere, "signing", None)
    assert key.kms().meta.region_name == "ap-southeast-2"
    assert key.ssm().meta.region_name == REGION


def test_a_function_that_tells_no_region_of_kms_has_it_at_home() -> None:
    key = certified_key(Deployment("dev", aws_endpoint=ENDPOINT), "signing", None)
    assert key.kms().meta.region_name == REGION
