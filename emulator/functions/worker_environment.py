"""The environment variables of a worker: what Lambda defines, what the template says, no more.

After the Lambda developer guide, "Defined runtime environment variables". Nothing of the
developer's own environment gets in except PATH.
"""

import os
from pathlib import Path
from uuid import uuid4

from emulator.account import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, SESSION_TOKEN
from emulator.functions.function import Function


def worker_environment(function: Function, runtime_api: str, aws_endpoint: str) -> dict[str, str]:
    """List every variable that a worker sees.

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
    """Give a layer's folder of modules: `python`, as /opt has it, or its root for sources."""
    built = layer / "python"
    return built if built.is_dir() else layer
