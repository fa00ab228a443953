"""Deploy what `make package` made, change a parameter, delete it: MINISTACK SAM, two commands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from tests.running import aws_client

STACK = "edge-signer-dev"
PATIENCE_S = 60.0
PACKAGED = Path(".aws-sam/package/template.yaml")
#: Types that MiniStack refuses a whole template for.
UNKNOWN = {"AWS::Logs::QueryDefinition"}


def known_template() -> Path:
    """Write the packaged template as MiniStack takes it, and say what is missing.

    Alarms that compute watch their first metric alone, so that others may still name them.
    """
    document = yaml_parse(PACKAGED.read_text())
    resources = document["Resources"]
    for one in (
        document["Globals"]["Function"],
        *(one["Properties"] for one in resources.values()),
    ):
        # Aliases move at once, by themselves.
        one.pop("DeploymentPreference", None)
    left_out = [name for name, one in resources.items() if one["Type"] in UNKNOWN]
    for name in left_out:
        del resources[name]
    simplified = [name for name, one in resources.items() if "Metrics" in one["Properties"]]
    for name in simplified:
        properties = resources[name]["Properties"]
        first = next(one for one in properties.pop("Metrics") if "MetricStat" in one)["MetricStat"]
        statistic = {"Statistic": "Sum", "Period": first["Period"]}
        resources[name]["Properties"] = {**properties, **first["Metric"], **statistic}
    print("left out:", ", ".join([*left_out, "DeploymentPreference"]))
    print("simplified:", ", ".join(simplified), flush=True)
    path = PACKAGED.with_name("ministack.json")
    path.write_text(json.dumps(document))
    return path


@contextmanager
def ministack(command: str) -> Iterator[str]:
    """Run MiniStack on a free port of 127.0.0.1, and give its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # By itself it would listen on every interface, and for MQTT besides.
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0"}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([command], env={**os.environ, **settings}, stdout=log, stderr=log)
        try:
            _wait(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < give_up_s:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("MiniStack did not start")


def status(url: str) -> str:
    """Tell what CloudFormation says of the stack."""
    try:
        described: dict[str, Any] = aws_client("cloudformation", url).describe_stacks(
            StackName=STACK
        )
    except ClientError:
        return "gone"
    return str(described["Stacks"][0]["StackStatus"])


def expect(url: str, wanted: set[str], step: str) -> None:
    """Print the stack's status, and end where it is another one."""
    found = status(url)
    print(f"{step}: {found}", flush=True)
    if found not in wanted:
        sys.exit(1)


def main(server: str, sam: str) -> None:
    """Deploy, update and delete."""
    with ministack(server) as url:
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SAM_CLI_TELEMETRY": "0",
        }
        template = known_template()
        # SAM would look for its configuration beside the template.
        config = str(Path("samconfig.toml").absolute())
        configured = ("--config-env", "dev", "--config-file", config)
        deploy = (sam, "deploy", *configured, "--template-file", str(template))
        run(environment, *deploy)
        expect(url, {"CREATE_COMPLETE"}, "deployed")
        types = aws_client("cloudformation", url).describe_stack_resources(StackName=STACK)
        for name in sorted({one["ResourceType"] for one in types["StackResources"]}):
            print(f"  {name}")
        changed = ["ParameterKey=RequestRate,ParameterValue=900"]
        run(environment, *deploy, "--parameter-overrides", *changed)
        expect(url, {"UPDATE_COMPLETE"}, "updated")
        run(environment, sam, "delete", "--stack-name", STACK, "--region", "us-east-1",
            "--no-prompts")  # fmt: skip
        expect(url, {"gone", "DELETE_COMPLETE"}, "deleted")
        buckets = aws_client("s3", url).list_buckets()["Buckets"]
        print("left over:", ", ".join(one["Name"] for one in buckets))


def run(environment: Mapping[str, str], *command: str) -> None:
    """Run a command; where it fails, print what it said and end."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main(*sys.argv[1:])
