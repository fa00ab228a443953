"""Why a receipt, or a result, is refused: the one list that every verifier shares."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """A reason.

    The first sixteen are a receipt's: the first of them that holds is given, here as in
    `clients/php` and `clients/node`. The others are a result's.
    """

    PINNED_KEY_INVALID = "pinned_key_invalid"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    UNKNOWN_MEMBER = "unknown_member"
    DUPLICATE_MEMBER = "duplicate_member"
    MISSING_MEMBER = "missing_member"
    VERSION_INVALID = "version_invalid"
    MODULE_HASH_INVALID = "module_hash_invalid"
    EXIT_CODE_INVALID = "exit_code_invalid"
    WALL_TIME_MS_INVALID = "wall_time_ms_invalid"
    TIMESTAMP_INVALID = "timestamp_invalid"
    NODE_PUBKEY_INVALID = "node_pubkey_invalid"
    SIGNATURE_INVALID = "signature_invalid"
    KEY_NOT_PINNED = "key_not_pinned"
    SIGNATURE_NOT_CANONICAL = "signature_not_canonical"
    SIGNATURE_MISMATCH = "signature_mismatch"

    RESULT_MALFORMED = "result_malformed"
    REQUEST_MALFORMED = "request_malformed"
    ENVELOPE_MALFORMED = "envelope_malformed"
    ENVELOPE_KEY_NOT_PINNED = "envelope_key_not_pinned"
    ENVELOPE_SIGNATURE_NOT_CANONICAL = "envelope_signature_not_canonical"
    ENVELOPE_SIGNATURE_MISMATCH = "envelope_signature_mismatch"
    STATEMENT_MALFORMED = "statement_malformed"
    JOB_ID_MISMATCH = "job_id_mismatch"
    MODULE_HASH_MISMATCH = "module_hash_mismatch"
    ARGS_MISMATCH = "args_mismatch"
    STDIN_MISMATCH = "stdin_mismatch"
    STDOUT_MISMATCH = "stdout_mismatch"
    STDERR_MISMATCH = "stderr_mismatch"
    LIMITS_MISMATCH = "limits_mismatch"
    STATUS_MISMATCH = "status_mismatch"
    EXIT_CODE_MISMATCH = "exit_code_mismatch"
    RECEIPT_MISMATCH = "receipt_mismatch"

    @property
    def explanation(self) -> str:
        """The reason in words."""
        return _EXPLANATIONS[self]


class RefusedError(Exception):
    """Ends a verifier's work; whoever calls the verifier gets a verdict instead.

    Args:
        refusal: The reason.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


_EXPLANATIONS = {
    Refusal.PINNED_KEY_INVALID: (
        "the pinned key is not 64 lower-case hexadecimal digits of a usable Ed25519 key"
    ),
    Refusal.TOO_LARGE: "the receipt is longer than 4,096 bytes",
    Refusal.MALFORMED: (
        "the receipt is not one flat JSON object of plain ASCII texts and whole numbers"
    ),
    Refusal.UNKNOWN_MEMBER: "the receipt has a member that receipts do not have",
    Refusal.DUPLICATE_MEMBER: "the receipt has a member twice",
    Refusal.MISSING_MEMBER: "the receipt lacks a member",
    Refusal.VERSION_INVALID: 'version is not the text "0.1"',
    Refusal.MODULE_HASH_INVALID: (
        "module_hash is not sha256: and 64 lower-case hexadecimal digits"
    ),
    Refusal.EXIT_CODE_INVALID: "exit_code is not an integer of 0 to 255",
    Refusal.WALL_TIME_MS_INVALID: "wall_time_ms is not an integer of 0 to 2^53-1",
    Refusal.TIMESTAMP_INVALID: "timestamp is not an integer of 0 to 2^53-1",
    Refusal.NODE_PUBKEY_INVALID: "node_pubkey is not 64 lower-case hexadecimal digits",
    Refusal.SIGNATURE_INVALID: "signature is not 128 lower-case hexadecimal digits",
    Refusal.KEY_NOT_PINNED: "the receipt names another key than the pinned one",
    Refusal.SIGNATURE_NOT_CANONICAL: (
        "the signature is not in the one form that Ed25519 allows, or its point is of small order"
    ),
    Refusal.SIGNATURE_MISMATCH: "the pinned key did not sign this receipt",
    Refusal.RESULT_MALFORMED: "the result is not a JobResult with a receipt and an attestation",
    Refusal.REQUEST_MALFORMED: "the request is not a JobRequest",
    Refusal.ENVELOPE_MALFORMED: "the attestation is not a DSSE envelope with one signature",
    Refusal.ENVELOPE_KEY_NOT_PINNED: "the attestation names another key than the pinned one",
    Refusal.ENVELOPE_SIGNATURE_NOT_CANONICAL: (
        "the attestation's signature is not in the one form that Ed25519 allows"
    ),
    Refusal.ENVELOPE_SIGNATURE_MISMATCH: "the pinned key did not sign this attestation",
    Refusal.STATEMENT_MALFORMED: "what was signed is not the statement of a job",
    Refusal.JOB_ID_MISMATCH: "the attestation is another job's",
    Refusal.MODULE_HASH_MISMATCH: "another module ran",
    Refusal.ARGS_MISMATCH: "the module ran with other arguments",
    Refusal.STDIN_MISMATCH: "the module ran with another standard input",
    Refusal.STDOUT_MISMATCH: "stdout is not what the job wrote",
    Refusal.STDERR_MISMATCH: "stderr is not what the job wrote",
    Refusal.LIMITS_MISMATCH: "the job ran under other limits",
    Refusal.STATUS_MISMATCH: "the job ended with another status",
    Refusal.EXIT_CODE_MISMATCH: "the job ended with another exit code",
    Refusal.RECEIPT_MISMATCH: "the attestation is not this receipt's",
}
