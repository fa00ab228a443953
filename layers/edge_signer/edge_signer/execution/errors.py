"""What running jobs refuses or fails at, one class for each code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class ModuleHashMismatchError(EdgeSignerError):
    """`module_hash` is not the SHA-256 of the module."""

    code = "MODULE_HASH_MISMATCH"
    title = "Module hash mismatch"


class NotAModuleError(EdgeSignerError):
    """The bytes are no core WebAssembly module in the binary format."""

    code = "NOT_A_MODULE"
    title = "Not a WebAssembly module"


class UnknownModuleError(EdgeSignerError):
    """No module of that hash is stored."""

    code = "UNKNOWN_MODULE"
    title = "Unknown module"


class ModuleTooLargeError(EdgeSignerError):
    """The module exceeds its limit."""

    code = "MODULE_TOO_LARGE"
    title = "Module too large"


class UnsupportedRequirementError(EdgeSignerError):
    """`requirements` asks for what this service has not; the message names the field."""

    code = "UNSUPPORTED_REQUIREMENT"
    title = "Unsupported requirement"


class SandboxUnavailableError(EdgeSignerError):
    """The sandbox failed, or this host cannot confine a job; nothing can be said of the job."""

    code = "SANDBOX_UNAVAILABLE"
    title = "Sandbox unavailable"


class JobInFlightError(EdgeSignerError):
    """The job is running; its result comes to whoever asks again."""

    code = "JOB_IN_FLIGHT"
    title = "Job in flight"


class JobIdReusedError(EdgeSignerError):
    """The `job_id` was used for another job."""

    code = "JOB_ID_REUSED"
    title = "Job identifier reused"


class UnknownJobError(EdgeSignerError):
    """The tenant has no such job, or the job has no result."""

    code = "UNKNOWN_JOB"
    title = "Unknown job"


class ResultExpiredError(EdgeSignerError):
    """The job's result was kept for as long as results are."""

    code = "RESULT_EXPIRED"
    title = "Result expired"
