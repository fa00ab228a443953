"""The pipeline of the manual: it parses, uses what exists, and trusts one environment."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.conftest import ROOT

PAGE = (ROOT / "docs/operations/pipeline.md").read_text()
ROLES, WORKFLOW = (
    yaml_parse(block)
    for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
)
JOB: dict[str, Any] = WORKFLOW["jobs"]["deploy"]
RUN = " && ".join(step["run"] for step in JOB["steps"] if "run" in step)


def statements(role: str) -> list[dict[str, Any]]:
    policies = ROLES["Resources"][role]["Properties"].get("Policies", [])
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


def trust(role: str) -> dict[str, Any]:
    properties = ROLES["Resources"][role]["Properties"]
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def test_only_one_environment_of_one_repository_may_assume_the_role() -> None:
    (condition,) = trust("PipelineRole")["Condition"].items()
    assert condition[0] == "StringEquals"
    audience, subject = (
        condition[1][f"token.actions.githubusercontent.com:{n}"] for n in ("aud", "sub")
    )
    assert audience == "sts.amazonaws.com"
    assert subject == {"Fn::Sub": "repo:${Repository}:environment:${Stage}"}
    assert JOB["environment"] == ROLES["Parameters"]["Stage"]["Default"]


def test_the_pipeline_itself_may_only_start_deployments() -> None:
    actions = {
        action
        for one in statements("PipelineRole")
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    assert {action.partition(":")[0] for action in actions} == {"cloudformation", "s3", "iam"}
    assert not [action for action in actions if "*" in action]
    assert trust("StackRole")["Principal"] == {"Service": "cloudformation.amazonaws.com"}


def test_the_workflow_gets_a_token_and_holds_no_key() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert JOB["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in PAGE


@pytest.mark.parametrize("target", re.findall(r"make ([a-z-]+)", RUN))
def test_the_workflow_runs_targets_that_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_workflow_deploys_a_stage_of_samconfig() -> None:
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text())
    (stage,) = set(re.findall(r"--config-env (\w+)|STAGE=(\w+)", RUN)[0]) - {""}
    assert stages[stage]["deploy"]["parameters"]["s3_prefix"] == f"edge-signer-{stage}"
    assert stages[stage]["deploy"]["parameters"]["template_file"] in {
        ".aws-sam/package/template.yaml"
    }
