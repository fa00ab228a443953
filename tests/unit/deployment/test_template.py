"""What template.yaml, samconfig.toml and the builder say of each other."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from deployment.edge_signer_layer import MACHINES
from emulator.account import PSEUDO_PARAMETERS
from emulator.stack.intrinsics import Identity, Resolver, parameter_values
from emulator.stack.template import translate
from tests.conftest import ROOT

TEXT = (ROOT / "template.yaml").read_text()
SOURCE = yaml_parse(TEXT)
CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
STAGES = ["dev", "staging", "prod"]
ARN = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0"


def functions(**given: str) -> list[dict[str, Any]]:
    document = translate(TEXT, given, ROOT / "template.yaml")
    values = parameter_values(document["Parameters"], {"ManifestBaseUrl": "https://x.y", **given})
    resolver = Resolver(
        document, {**PSEUDO_PARAMETERS, **values}, lambda name: Identity(name, {"Arn": name})
    )
    return [
        resolver.resolve(
            {
                name: one["Properties"].get(name)
                for name in ("Architectures", "CodeSigningConfigArn")
            },
            "",
        )
        for one in document["Resources"].values()
        if one["Type"] == "AWS::Lambda::Function"
    ]


def test_all_code_must_be_signed_where_a_configuration_is_given() -> None:
    assert {one["CodeSigningConfigArn"] for one in functions(CodeSigningConfigArn=ARN)} == {ARN}
    assert not any("CodeSigningConfigArn" in one for one in functions())


@pytest.mark.parametrize("architecture", MACHINES)
def test_functions_and_layers_are_of_one_architecture(architecture: str) -> None:
    assert all(
        one["Architectures"] == [architecture] for one in functions(Architecture=architecture)
    )
    for layer in SOURCE["Resources"].values():
        if layer["Type"] == "AWS::Serverless::LayerVersion":
            assert layer["Properties"]["CompatibleArchitectures"] == [{"Ref": "Architecture"}]
            assert layer["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}


def test_there_are_platforms_for_every_architecture() -> None:
    assert set(SOURCE["Parameters"]["Architecture"]["AllowedValues"]) == set(MACHINES)
    for architecture, machine in MACHINES.items():
        tags = (ROOT / f"deployment/architectures/{architecture}/platforms.txt").read_text()
        assert len(tags.split()) == 4
        assert all(tag.endswith(f"_{machine}") for tag in tags.split())


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_values_that_the_template_takes(stage: str) -> None:
    told = CONFIG[stage]["global"]["parameters"]
    given = dict(one.split("=", 1) for one in told["parameter_overrides"])
    assert given.keys() <= SOURCE["Parameters"].keys()
    parameter_values(SOURCE["Parameters"], given)
    assert given["Stage"] == stage
    assert told["stack_name"] == f"edge-signer-{stage}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_may_create_roles_and_policies_because_none_is_named(stage: str) -> None:
    assert CONFIG[stage]["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"
    document = translate(TEXT, {}, ROOT / "template.yaml")
    of_iam = {k: v for k, v in document["Resources"].items() if v["Type"].startswith("AWS::IAM::")}
    assert {"SigningPolicy", "SignFunctionRole"} <= of_iam.keys()
    for one in of_iam.values():
        assert not {"RoleName", "ManagedPolicyName"} & one["Properties"].keys()
