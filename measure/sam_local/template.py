"""The built template, with the variables of a system that runs on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from samtranslator.yaml_helper import yaml_parse

from emulator.local_state import LocalState
from tests.calls.sample_events import functions

NAME = "local.json"
#: What modules come as.
BINARY_TYPES = ("application/wasm", "application/octet-stream")


def write_local_template(built: Path, state: LocalState, aws_endpoint: str) -> Path:
    """Write a template beside the built one, whose functions ask the emulator for AWS.

    `sam local` resolves no name of a resource, and passes on no variable that the template lacks.
    API Gateway encodes every body that is not text; `sam local` does so with the types it is told.

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
    document["Resources"]["HttpApi"]["Properties"]["DefinitionBody"] = {
        "openapi": "3.0.1",
        "paths": {},
        "x-amazon-apigateway-binary-media-types": BINARY_TYPES,
    }
    path = built / NAME
    path.write_text(json.dumps(document))
    return path


def _variables(told: Mapping[str, str], aws_endpoint: str) -> dict[str, str]:
    return {**told, "AWS_ENDPOINT_URL": f"http://{urlsplit(aws_endpoint).netloc}"}
