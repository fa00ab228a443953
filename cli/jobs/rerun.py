"""Runs an attested job again on this machine, and compares how it ends with what is attested."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from cli.terminal import fail, out, printable, require_file, say_error
from edge_signer.execution.errors import (
    ModuleHashMismatchError,
    ModuleTooLargeError,
    NotAModuleError,
    SandboxUnavailableError,
)
from edge_signer.execution.job import MAX_MODULE_BYTES, Job, checked_module
from edge_signer.execution.limits import (
    FUEL_PER_SECOND,
    MAX_CPU_CORES,
    MAX_MEMORY_MB,
    MAX_OUTPUT_BYTES,
    MAX_TIMEOUT_SECONDS,
    Limits,
)
from edge_signer.execution.receipts.result import JobRequest, read_json
from edge_signer.execution.receipts.statement import Statement
from edge_signer.execution.sandbox.outcome import Outcome, Status

# A module that calls a host function holds its name, as it stands here.
_UNREPEATABLE = ("clock_time_get", "poll_oneoff", "random_get")
_DEPENDS_ON_THE_MACHINE = {Status.TIMEOUT, Status.OUT_OF_MEMORY, Status.COMPILE_LIMIT}


@dataclass(frozen=True)
class Difference:
    """What is attested, and what the rerun gave."""

    attested: object
    rerun: object


@dataclass(frozen=True)
class Comparison:
    """How a rerun compares with the attestation.

    Attributes:
        same: The names of what agrees.
        different: What does not, by name; output as its SHA-256.
        reasons: Why an honest signer may have attested something else. Empty if all agrees, or if
            nothing that is known explains the difference.
        not_compared: What the attestation does not say.
    """

    same: list[str]
    different: dict[str, Difference]
    reasons: list[str]
    not_compared: list[str]

    @property
    def agrees(self) -> bool:
        """Whether all that is attested agrees."""
        return not self.different

    def facts(self) -> dict[str, object]:
        """Return it for JSON."""
        return {"agrees": self.agrees, **asdict(self)}

    def say(self) -> None:
        """Print it: what agrees to standard output, what does not to standard error."""
        if self.agrees:
            out.print(f"[bold green]Rerun[/]      the same {', '.join(self.same)}")
        else:
            self.complain()

    def complain(self) -> None:
        """Print what differs, and why it may."""
        for name, one in self.different.items():
            say_error(f"the rerun differs in {name}: attested {one.attested}, here {one.rerun}")
        if self.same:
            say_error(f"the same: {', '.join(self.same)}")
        for reason in self.reasons or ["nothing that is known explains this of an honest signer"]:
            say_error(printable(reason))


def require_linux(exit_code: int) -> None:
    """End the command where the sandbox cannot confine a module."""
    if sys.platform != "linux":
        fail("a rerun needs Linux, which confines the module: run it there", exit_code)


def module_to_rerun(file: Path, exit_code: int) -> bytes:
    """Read a module, or end the command."""
    require_file(file)
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_MODULE_BYTES + 1)
    except OSError as unreadable:
        fail(f"{file}: {unreadable.strerror}", exit_code)


def compared_with_rerun(
    wasm: bytes, statement: Statement, request_json: bytes, exit_code: int
) -> Comparison:
    """Run a job again in the sandbox, under the attested limits.

    Args:
        wasm: The module.
        statement: The attestation, verified with the request.
        request_json: Has the job's arguments, input and variables.
        exit_code: Ends the command if the job cannot run here.

    Raises:
        typer.Exit: It is another module, the limits are above those of this release, or this
            machine cannot confine the module.
    """
    require_linux(exit_code)
    # Elsewhere it cannot be imported.
    from edge_signer.execution.sandbox.sandbox import Sandbox

    definition = statement.predicate.buildDefinition
    request = read_json(JobRequest, request_json)
    if request is None:
        fail("--rerun needs the job's request", exit_code)
    limits = _limits(definition.internalParameters.limits)
    if limits is None:
        fail("a rerun here cannot have the attested limits: use the release that ran it", exit_code)
    try:
        checked_module(wasm, f"sha256:{definition.resolvedDependencies[0].digest.sha256}")
        job = Job(wasm, tuple(request.args), limits, request.stdin_bytes(), request.env)
    except (ModuleHashMismatchError, ModuleTooLargeError, NotAModuleError) as refused:
        fail(f"this is not the module that ran: {refused.message}", exit_code)
    except ValueError as refused:
        fail(f"the request cannot run here: {refused}", exit_code)
    sandbox = Sandbox(at_once=1)
    try:
        ended = sandbox.execute(job)
    except SandboxUnavailableError as failure:
        fail(f"the rerun failed, so nothing was compared: {failure.message}", exit_code)
    finally:
        sandbox.close()
    return compared(statement, ended, wasm)


def compared(statement: Statement, ended: Outcome, wasm: bytes) -> Comparison:
    """Compare an attestation with how the job ended here."""
    stdout, stderr = statement.subject
    run = statement.predicate.runDetails
    attested = run.byproducts[0].annotations
    pairs: dict[str, Difference] = {
        "stdout": Difference(stdout.digest.sha256, sha256(ended.stdout).hexdigest()),
        "stderr": Difference(stderr.digest.sha256, sha256(ended.stderr).hexdigest()),
        "status": Difference(attested.status, str(ended.status)),
        "exit_code": Difference(attested.exitCode, ended.exit_code),
        "guest_exit_code": Difference(attested.guestExitCode, ended.reserved_exit_code),
    }
    # A release that did not name itself did not attest fuel.
    not_compared = ["fuel_used"] if run.builder.version is None else []
    if not not_compared:
        pairs["fuel_used"] = Difference(attested.fuelUsed, ended.fuel_used)
    different = {name: one for name, one in pairs.items() if one.attested != one.rerun}
    return Comparison(
        same=[name for name in pairs if name not in different],
        different=different,
        reasons=_reasons(statement, ended, wasm) if different else [],
        not_compared=not_compared,
    )


def _reasons(statement: Statement, ended: Outcome, wasm: bytes) -> list[str]:
    run = statement.predicate.runDetails
    reasons = []
    called = [name for name in _UNREPEATABLE if name.encode() in wasm]
    if called:
        reasons.append(
            f"the module names {', '.join(called)}: clock and random numbers differ in each run"
        )
    stopped = {run.byproducts[0].annotations.status, ended.status} & _DEPENDS_ON_THE_MACHINE
    if stopped:
        reasons.append(f"{', '.join(sorted(stopped))}: how far a job gets depends on the machine")
    here = metadata.version("wasmtime")
    there = run.builder.version.wasmtime if run.builder.version else "of a version not attested"
    if here != there:
        reasons.append(f"wasmtime {there} ran it, here {here}: fuel and faults may differ")
    return reasons


def _limits(attested: dict[str, int]) -> Limits | None:
    """Return attested limits; None if they are more than this release grants, or others."""
    most = Limits(
        cpu_cores=MAX_CPU_CORES,
        memory_mb=MAX_MEMORY_MB,
        timeout_seconds=MAX_TIMEOUT_SECONDS,
        fuel=MAX_TIMEOUT_SECONDS * FUEL_PER_SECOND,
        output_bytes=MAX_OUTPUT_BYTES,
    ).attested()
    if attested.keys() != most.keys():
        return None
    if not all(1 <= attested[name] <= most[name] for name in most):
        return None
    return Limits(**attested)
