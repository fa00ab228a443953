"""Starts the process that emulates AWS's services, and notices when it dies."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from emulator.errors import CloudError, TemplateError
from emulator.local_state import checkout
from emulator.stack.creation import Resource

#: Logical id of the bucket with manifests and trust lists.
MANIFEST_BUCKET = "ManifestBucket"


class Job(BaseModel):
    """What the parent asks for, sent as one JSON line.

    Attributes:
        document: The CloudFormation template.
        parameters: Values of template parameters.
        items: Items in DynamoDB's JSON, by the logical id of the table to put them into.
        functions_port: The port on 127.0.0.1 that invokes functions.
        operators: The SHA-256 of each operator's token, in hexadecimal, by the operator's name.
        earlier_roots: Roots of earlier runs in PEM, by what they are for: `signers` or
            `time_stamps`.
        trust_lists: Documents of installed trust lists, by their files' names.
    """

    document: dict[str, Any]
    parameters: dict[str, str]
    items: dict[str, list[dict[str, dict[str, Any]]]]
    functions_port: int = 0
    operators: dict[str, str] = {}
    earlier_roots: dict[str, str] = {}
    trust_lists: dict[str, str] = {}


class Report(BaseModel):
    """The child's answer, one JSON line.

    Attributes:
        error: Why the stack could not be created, in one line; then nothing else is set.
        notice: One line for the user; empty for none.
        port: Where the services listen on 127.0.0.1.
        resources: The stack by logical id.
        anchors_pem: The root of the signing certificates.
        timestamp_anchors_pem: The root of the time-stamp authority.
        receipt_public_key: The key that verifies receipts, in hexadecimal; empty if there is none.
    """

    error: str = ""
    notice: str = ""
    port: int = 0
    resources: dict[str, Resource] = {}
    anchors_pem: str = ""
    timestamp_anchors_pem: str = ""
    receipt_public_key: str = ""


# The template comes back with every function resolved, which exceeds asyncio's 64 KiB per line.
_MAX_LINE_BYTES = 64 * 1024 * 1024


class CloudProcess:
    """The child process, whose output goes to a log."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self.endpoint = ""

    @classmethod
    async def start(cls, log: Path) -> "CloudProcess":
        """Start the child, which begins with its imports; they take most of its start.

        Args:
            log: Where its standard error is appended.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "emulator.aws.cloud",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                # Without the developer's AWS settings: moto too would look for a profile in them.
                env={name: one for name, one in os.environ.items() if not name.startswith("AWS_")},
                limit=_MAX_LINE_BYTES,
                start_new_session=True,
                cwd=checkout(),
            )
        return cls(process, log)

    async def build(self, job: Job) -> Report:
        """Create a stack, and wait until the services answer.

        Raises:
            TemplateError: The stack cannot be created.
            CloudError: The process died.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise CloudError("the services' process has no pipes")
        line = b""
        try:
            stdin.write(job.model_dump_json().encode() + b"\n")
            await stdin.drain()
            line = await stdout.readline()
        except ConnectionError:
            pass
        if not line:
            raise CloudError(await self.died())
        report = Report.model_validate_json(line)
        if report.error:
            raise TemplateError(report.error)
        self.endpoint = f"http://127.0.0.1:{report.port}"
        return report

    async def died(self) -> str:
        """Wait for the child's end, and return in one line what happened."""
        code = await self._process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"exited with status {code}"
        return f"the process that emulates AWS's services {how}; see {self._log}"

    async def close(self) -> None:
        """Kill the child; it has nothing to save."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
