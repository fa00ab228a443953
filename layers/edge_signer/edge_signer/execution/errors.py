"""Errors of running jobs, one class for each code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class ModuleHashMismatchError(EdgeSignerError):
    """`module_hash` is not the SHA-256 of the module."""

    code = "MODULE_HASH_MISMATCH"


class NotAModuleError(EdgeSignerError):
    """The bytes are not a core WebAssembly module in the binary format."""

    code = "NOT_A_MODULE"
    title = "Not a WebAssembly module"


class UnknownModuleError(EdgeSignerError):
    """No module with this hash is stored."""

    code = "UNKNOWN_MODULE"


class ModuleTooLargeError(EdgeSignerError):
    """The module exceeds its limit."""

    code = "MODULE_TOO_LARGE"


class UnsupportedRequirementError(EdgeSignerError):
    """`requirements` asks for something that is not available; the message names the field."""

    code = "UNSUPPORTED_REQUIREMENT"


class SandboxUnavailableError(EdgeSignerError):
    """The sandbox failed, or this host cannot confine a job. The job's outcome is unknown."""

    code = "SANDBOX_UNAVAILABLE"


class JobInFlightError(EdgeSignerError):
    """The job is running; a later request gets its result."""

    code = "JOB_IN_FLIGHT"


class JobIdReusedError(EdgeSignerError):
    """The `job_id` was used for another job."""

    code = "JOB_ID_REUSED"
    title = "Job identifier reused"


class UnknownJobError(EdgeSignerError):
    """The tenant has no such job, or the job has no result."""

    code = "UNKNOWN_JOB"


class ResultExpiredError(EdgeSignerError):
    """The job's result is no longer available."""

    code = "RESULT_EXPIRED"
