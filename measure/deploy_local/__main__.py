"""Deploy what `make package` made, use it, change it, delete it: MINISTACK SAM, two commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from botocore.exceptions import WaiterError

from emulator.account import REGION
from measure.deploy_local.events import send_events
from measure.deploy_local.logs import require_log_lines, show_logs
from measure.deploy_local.operators import set_up
from measure.deploy_local.server import ministack
from measure.deploy_local.signing import Deployed
from measure.deploy_local.stack import Stack
from measure.deploy_local.template import known_template
from tests.calls.sample_events import functions
from tests.system.running import aws_client

CERTIFICATE = f"arn:aws:acm:{REGION}:{'0' * 12}:certificate/0123abcd-0000"


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
            stack.deploy(template, TraceSamplingRate="1", **domain_of(url))
            stack.expect("updated", "UPDATE_COMPLETE")
            show_domain(url, stack.outputs())
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


def domain_of(url: str) -> dict[str, str]:
    """Make a hosted zone, and give the parameters of a domain in it."""
    zone = aws_client("route53", url).create_hosted_zone(Name="example.com", CallerReference="once")
    return {
        "DomainName": "sign.example.com",
        "DomainCertificateArn": CERTIFICATE,
        "HostedZoneId": zone["HostedZone"]["Id"].rpartition("/")[2],
    }


def show_domain(url: str, outputs: Mapping[str, str]) -> None:
    """Print the API's address and where DNS sends it; end where that is not the domain's target."""
    dns = aws_client("route53", url)
    (zone,) = dns.list_hosted_zones()["HostedZones"]
    records = dns.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    (found,) = (one["AliasTarget"]["DNSName"] for one in records if one["Type"] == "A")
    print(f"domain: {outputs['ApiUrl']}, an alias of {found}", flush=True)
    if found.rstrip(".") != outputs["ApiDomainTarget"]:
        sys.exit(f"not {outputs['ApiDomainTarget']}")


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
