"""A Lambda function of the stack, and the environment of its workers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from emulator.account import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, SESSION_TOKEN
from emulator.errors import TemplateError
from emulator.stack.creation import Resource
from emulator.stack.template import Template

_FUNCTION = "AWS::Lambda::Function"
_LAYER = "AWS::Lambda::LayerVersion"


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes:
        name: Its physical name.
        arn: Its ARN.
        handler: Module and attribute, for instance app.handler.
        runtime: For instance python3.13. It only sets AWS_EXECUTION_ENV, as on Lambda; the emulator
            runs its own interpreter or the one that it is given.
        timeout_s: The longest invocation, in seconds.
        memory_mb: The configured memory, in MB; not enforced.
        code: The directory with the handler.
        layers: The directories of its layers, in order.
        variables: The environment variables of the template.
        reserved_concurrency: The template's limit on concurrent invocations, if there is one.
    """

    name: str
    arn: str
    handler: str
    runtime: str
    timeout_s: float
    memory_mb: int
    code: Path
    layers: tuple[Path, ...]
    variables: Mapping[str, str]
    reserved_concurrency: int | None


def functions_of(template: Template, resources: Mapping[str, Resource]) -> dict[str, Function]:
    """Find the functions of a stack.

    Args:
        template: Has the local code's directories.
        resources: The created stack.

    Returns:
        The functions by ARN.

    Raises:
        TemplateError: A function's or a layer's code is not in a local directory.
    """
    layers = {
        resource.ref: _directory(template, logical_id, resource.properties["Content"])
        for logical_id, resource in resources.items()
        if resource.type == _LAYER
    }
    return {
        resource.arn: _function(template, logical_id, resource, layers)
        for logical_id, resource in resources.items()
        if resource.type == _FUNCTION
    }


def _function(
    template: Template, logical_id: str, resource: Resource, layers: Mapping[str, Path]
) -> Function:
    properties = resource.properties
    wanted = properties.get("Layers", [])
    missing = [layer for layer in wanted if layer not in layers]
    if missing:
        raise TemplateError(f"{logical_id}: the layer {missing[0]} is not local", template.path)
    variables = properties.get("Environment", {}).get("Variables", {})
    return Function(
        name=resource.ref,
        arn=resource.arn,
        handler=properties["Handler"],
        runtime=properties["Runtime"],
        timeout_s=float(properties.get("Timeout", 3)),
        memory_mb=int(properties.get("MemorySize", 128)),
        code=_directory(template, logical_id, properties["Code"]),
        layers=tuple(layers[layer] for layer in wanted),
        variables={name: str(value) for name, value in variables.items()},
        reserved_concurrency=properties.get("ReservedConcurrentExecutions"),
    )


def _directory(template: Template, logical_id: str, location: Mapping[str, str]) -> Path:
    directory = template.local_directory(location)
    if directory is None:
        raise TemplateError(f"{logical_id}: its code is not in a local directory", template.path)
    if not directory.is_dir():
        raise TemplateError(f"{logical_id}: there is no directory {directory}", template.path)
    return directory


def worker_environment(function: Function, runtime_api: str, aws_endpoint: str) -> dict[str, str]:
    """Return every environment variable of a worker: Lambda's own and the template's.

    After the Lambda developer guide, "Defined runtime environment variables". Of the developer's
    own environment only PATH is passed on.

    Args:
        function: The function that the worker runs.
        runtime_api: Host and port of its Runtime API.
        aws_endpoint: The URL at which AWS's services answer.
    """
    log_stream = f"[$LATEST]{uuid4().hex}"
    search_path = [*map(_packages, function.layers), function.code]
    return {
        **function.variables,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_SESSION_TOKEN": SESSION_TOKEN,
        "LAMBDA_TASK_ROOT": str(function.code),
        "LANG": "en_US.UTF-8",
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(map(str, search_path)),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
    }


def _packages(layer: Path) -> Path:
    """Return a layer's folder of modules: `python`, as in /opt, or its root for sources."""
    built = layer / "python"
    return built if built.is_dir() else layer
