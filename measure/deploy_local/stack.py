"""The stack, as `sam` and CloudFormation's own API see it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from emulator.account import REGION
from tests.system.running import aws_client

STACK = "edge-signer-dev"
# SAM would look for its configuration beside the template.
_CONFIGURATION = ("--config-env", "dev", "--config-file", str(Path("samconfig.toml").absolute()))


class Stack:
    """A stack on MiniStack.

    Args:
        url: MiniStack's.
        sam: SAM's program.
    """

    def __init__(self, url: str, sam: str) -> None:
        self.url = url
        self._sam = sam
        self._cloudformation = aws_client("cloudformation", url)

    def deploy(self, template: Path, **parameters: str) -> None:
        """Create or change it, and end where `sam` fails."""
        changed = [f"ParameterKey={key},ParameterValue={one}" for key, one in parameters.items()]
        overrides = ["--parameter-overrides", *changed] if changed else []
        self._run("deploy", *_CONFIGURATION, "--template-file", str(template), *overrides)

    def delete(self) -> None:
        """Delete it, and end where `sam` fails."""
        self._run("delete", "--stack-name", STACK, "--region", REGION, "--no-prompts")

    def expect(self, step: str, *wanted: str) -> None:
        """Print the status, `gone` where there is none, and end where it is another one."""
        described = self._described()
        found = "gone" if described is None else described["StackStatus"]
        print(f"{step}: {found}", flush=True)
        if found not in wanted:
            sys.exit(1)

    def types(self) -> list[str]:
        """Give the types of its resources."""
        described = self._cloudformation.describe_stack_resources(StackName=STACK)
        return sorted({one["ResourceType"] for one in described["StackResources"]})

    def outputs(self) -> dict[str, str]:
        """Give its outputs."""
        described = self._described()
        assert described is not None
        return {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}

    def _described(self) -> dict[str, Any] | None:
        try:
            described = self._cloudformation.describe_stacks(StackName=STACK)
        except ClientError:
            return None
        stack: dict[str, Any] = described["Stacks"][0]
        return stack

    def _run(self, *arguments: str) -> None:
        done = subprocess.run([self._sam, *arguments], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}")
