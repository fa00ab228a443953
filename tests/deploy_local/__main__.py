"""Deploy what `make package` made, use it, change it, delete it: MINISTACK SAM, two commands."""

from __future__ import annotations

import os
import sys

from botocore.exceptions import WaiterError

from emulator.account import REGION
from tests.deploy_local.events import send_events
from tests.deploy_local.logs import require_log_lines, show_logs
from tests.deploy_local.operators import set_up
from tests.deploy_local.server import ministack
from tests.deploy_local.signing import Deployed
from tests.deploy_local.stack import Stack
from tests.deploy_local.template import known_template
from tests.running import aws_client
from tests.sample_events import functions


def main(server: str, sam: str) -> None:
    """Deploy, use, update, use and delete."""
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        del os.environ[name]
    with ministack(server) as url:
        os.environ |= {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "SAM_CLI_TELEMETRY": "0",
        }
        template = known_template()
        stack = Stack(url, sam)
        stack.deploy(template)
        stack.expect("deployed", "CREATE_COMPLETE")
        for name in stack.types():
            print(f"  {name}")
        first = versions(url)
        deployed = Deployed(url, stack.outputs(), set_up())
        try:
            deployed.sign()
            send_events(deployed)
            stack.deploy(template, TraceSamplingRate="1")
            stack.expect("updated", "UPDATE_COMPLETE")
            second = versions(url)
            if behind := sorted(name for name in first if first[name] == second[name]):
                sys.exit(f"no new version of {', '.join(behind)}")
            deployed.sign()
            deployed.sign_centrally()
        except SystemExit:
            show_logs(url)
            raise
        require_log_lines(url)
        stack.delete()
        stack.expect("deleted", "gone", "DELETE_COMPLETE")
        buckets = aws_client("s3", url).list_buckets()["Buckets"]
        print("left over:", ", ".join(one["Name"] for one in buckets))


def versions(url: str) -> dict[str, str]:
    """Wait until `live` of every function can be called; print and give the versions behind it."""
    client = aws_client("lambda", url)
    waiter = client.get_waiter("published_version_active")
    behind = {}
    for name in functions().values():
        behind[name] = client.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
        version = {"FunctionName": name, "Qualifier": behind[name]}
        try:
            waiter.wait(**version, WaiterConfig={"Delay": 1})
        except WaiterError:
            configuration = client.get_function_configuration(**version)
            sys.exit(f"{name} {behind[name]}: {configuration.get('StateReason')}")
    told = (f"{name.rpartition('-')[2]} {version}" for name, version in behind.items())
    print("versions:", ", ".join(told), flush=True)
    return behind


if __name__ == "__main__":
    main(*sys.argv[1:])
