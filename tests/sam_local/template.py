"""The built template, with the variables of a system that runs on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from samtranslator.yaml_helper import yaml_parse

from emulator.local_state import LocalState
from tests.sample_events import functions

NAME = "local.json"


def write_local_template(built: Path, state: LocalState, aws_endpoint: str) -> Path:
    """Write a template beside the built one, whose functions ask the emulator for AWS.

    `sam local` resolves no name of a resource, and passes on no variable that the template lacks.

    Args:
        built: The directory that `sam build` wrote.
        state: Of the running system.
        aws_endpoint: Where containers reach its services.

    Returns:
        The template's path.
    """
    document = yaml_parse((built / "template.yaml").read_text())
    for logical_id, name in functions().items():
        properties = document["Resources"][logical_id]["Properties"]
        properties["Environment"] = {"Variables": _variables(state.variables[name], aws_endpoint)}
        properties.pop("CodeSigningConfigArn")
    path = built / NAME
    path.write_text(json.dumps(document))
    return path


def _variables(told: Mapping[str, str], aws_endpoint: str) -> dict[str, str]:
    return {**told, "AWS_ENDPOINT_URL": f"http://{urlsplit(aws_endpoint).netloc}"}
