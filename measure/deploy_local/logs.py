"""What the deployed functions logged."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from measure.deploy_local.operators import STAGE
from tests.system.running import aws_client
from tests.telemetry.log_lines import faults_of

# What Lambda itself writes around a function's lines.
_PLATFORM = ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")


def require_log_lines(url: str) -> None:
    """Hold the log groups' lines against the schema; end where one is none of it, or none is there.

    Args:
        url: MiniStack's.
    """
    count = 0
    for group, lines in _logs(url):
        if faults := list(faults_of("\n".join(lines))):
            sys.exit(f"{group}: {faults[:3]}")
        count += len(lines)
    print(f"logged: {count} lines, as docs/log-line.schema.json says", flush=True)
    if not count:
        sys.exit(1)


def show_logs(url: str) -> None:
    """Print every line, to find the reason of a failure."""
    for group, lines in _logs(url):
        print(group, *lines, sep="\n  ", file=sys.stderr)


def _logs(url: str) -> Iterator[tuple[str, list[str]]]:
    client = aws_client("logs", url)
    prefix = f"/aws/lambda/edge-signer-{STAGE}-"
    for group in client.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
        name = group["logGroupName"]
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=name)
        lines = [one["message"] for page in pages for one in page["events"]]
        yield name, [one for one in lines if not one.startswith(_PLATFORM)]
