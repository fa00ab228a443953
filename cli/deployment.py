"""The deployment that an operator's command works on: the local emulator or a stage on AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.terminal import EXIT_USAGE, fail
from emulator.account import REGION, sdk_client
from emulator.local_state import LocalState, NotRunningError, default_directory

#: The longest value of a standard parameter of SSM.
MAX_PARAMETER_BYTES = 4096

_EMULATED_STAGE = "dev"
_STAGE = re.compile(r"[a-z][a-z0-9]{1,15}")


@dataclass(frozen=True)
class Deployment:
    """Where the operator's parameters and tables are.

    Attributes:
        stage: Part of every name.
        region: Region on AWS; None for that of the AWS profile.
        aws_endpoint: The emulator's; empty on AWS.
        emulated_variables: Environments of the emulator's functions, by the functions' names.
    """

    stage: str
    region: str | None = None
    aws_endpoint: str = ""
    emulated_variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def client(self, service: str, region: str | None = None) -> Any:
        """Make the boto3 client of a service, or end the command.

        Args:
            service: Such as ssm.
            region: Where it is; None for the deployment's own.
        """
        from botocore.exceptions import BotoCoreError

        try:
            return self.unchecked_client(service, region)
        except (BotoCoreError, ValueError) as unusable:
            fail(
                f"AWS cannot be used: {unusable}; `edge-signer doctor --stage {self.stage}` says "
                "what is missing",
                EXIT_USAGE,
            )

    def unchecked_client(self, service: str, region: str | None = None) -> Any:
        """Make the boto3 client of a service.

        The arguments are those of `client`.

        Raises:
            botocore.exceptions.BotoCoreError, ValueError: There is no region, profile, or service.
        """
        if self.aws_endpoint:
            return sdk_client(service, self.aws_endpoint, region or REGION)
        import boto3

        return boto3.session.Session(region_name=region or self.region).client(service)

    def folder(self, name: str) -> str:
        """Name of a folder of parameters, such as policies."""
        return f"/edge-signer/{self.stage}/{name}"

    def variables(self, function: str) -> Mapping[str, str]:
        """Return a function's environment, which holds the template's parameters.

        Args:
            function: Such as sign.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: Lambda refuses or does not answer.
        """
        name = f"edge-signer-{self.stage}-{function}"
        if self.aws_endpoint:
            return self.emulated_variables.get(name, {})
        answer = self.unchecked_client("lambda").get_function_configuration(FunctionName=name)
        variables: Mapping[str, str] = answer.get("Environment", {}).get("Variables", {})
        return variables


def deployment(stage: str | None, region: str | None, state: Path | None) -> Deployment:
    """Find the deployment; end the command if none is named and no emulator is running here.

    Args:
        stage: A stage on AWS; None for the emulator.
        region: Its region.
        state: The emulator's state directory; None for the default.
    """
    if stage is not None:
        if not _STAGE.fullmatch(stage):
            fail(
                f"--stage {stage} is not a stage: 2 to 16 lower-case letters and digits", EXIT_USAGE
            )
        return Deployment(stage, region)
    if region is not None:
        fail("--region needs --stage", EXIT_USAGE)
    try:
        local = LocalState.load(state or default_directory())
    except NotRunningError as stopped:
        fail(f"{stopped}: start it with `edge-signer run`, or name a --stage on AWS")
    return Deployment(
        _EMULATED_STAGE, aws_endpoint=local.aws_endpoint, emulated_variables=local.variables
    )


@contextmanager
def aws_failures_reported(context: str = "AWS error") -> Iterator[None]:
    """End the command with a one-line error if AWS refuses or does not answer.

    Args:
        context: The beginning of the line.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as failure:
        fail(f"{context}: {failure}")
