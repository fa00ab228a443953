"""Why a verifier refuses a receipt or a result: the one list that all verifiers share."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Refusal(StrEnum):
    """A reason, with its explanation in words.

    The first sixteen refuse a receipt. A verifier gives the first of them that applies, here as in
    `clients/php` and `clients/js`. The next nineteen refuse a result. A job of a batch is refused
    for the last eight, or for any of the result's that do not concern an envelope.
    """

    explanation: str

    def __new__(cls, reason: str, explanation: str) -> Self:
        """Make a member whose value is the reason."""
        member = str.__new__(cls, reason)
        member._value_ = reason
        member.explanation = explanation
        return member

    PINNED_KEY_INVALID = (
        "pinned_key_invalid",
        "the pinned key is not 64 lower-case hexadecimal digits of a usable Ed25519 key",
    )
    TOO_LARGE = "too_large", "the receipt is longer than 4,096 bytes"
    MALFORMED = (
        "malformed",
        "the receipt is not one flat JSON object of plain ASCII strings and integers",
    )
    UNKNOWN_MEMBER = "unknown_member", "the receipt has a member that receipts do not have"
    DUPLICATE_MEMBER = "duplicate_member", "the receipt repeats a member"
    MISSING_MEMBER = "missing_member", "the receipt lacks a member"
    VERSION_INVALID = "version_invalid", 'version is not the string "0.1"'
    MODULE_HASH_INVALID = (
        "module_hash_invalid",
        "module_hash is not sha256: and 64 lower-case hexadecimal digits",
    )
    EXIT_CODE_INVALID = "exit_code_invalid", "exit_code is not an integer of 0 to 255"
    WALL_TIME_MS_INVALID = "wall_time_ms_invalid", "wall_time_ms is not an integer of 0 to 2^53-1"
    TIMESTAMP_INVALID = "timestamp_invalid", "timestamp is not an integer of 0 to 2^53-1"
    NODE_PUBKEY_INVALID = (
        "node_pubkey_invalid",
        "node_pubkey is not 64 lower-case hexadecimal digits",
    )
    SIGNATURE_INVALID = "signature_invalid", "signature is not 128 lower-case hexadecimal digits"
    KEY_NOT_PINNED = "key_not_pinned", "the receipt names a key other than the pinned one"
    SIGNATURE_NOT_CANONICAL = (
        "signature_not_canonical",
        "the signature is not in canonical Ed25519 form, or its point has a small order",
    )
    SIGNATURE_MISMATCH = "signature_mismatch", "the pinned key did not sign this receipt"

    RESULT_MALFORMED = (
        "result_malformed",
        "the result is not a JobResult with a receipt and an attestation",
    )
    REQUEST_MALFORMED = "request_malformed", "the request is not a JobRequest"
    ENVELOPE_MALFORMED = (
        "envelope_malformed",
        "the attestation is not a DSSE envelope with one signature",
    )
    ENVELOPE_KEY_NOT_PINNED = (
        "envelope_key_not_pinned",
        "the attestation names a key other than the pinned one",
    )
    ENVELOPE_SIGNATURE_NOT_CANONICAL = (
        "envelope_signature_not_canonical",
        "the attestation's signature is not in canonical Ed25519 form",
    )
    ENVELOPE_SIGNATURE_MISMATCH = (
        "envelope_signature_mismatch",
        "the pinned key did not sign this attestation",
    )
    STATEMENT_MALFORMED = "statement_malformed", "the signed payload is not the statement of a job"
    JOB_ID_MISMATCH = "job_id_mismatch", "the attestation belongs to another job"
    MODULE_HASH_MISMATCH = "module_hash_mismatch", "another module ran"
    ARGS_MISMATCH = "args_mismatch", "the module ran with other arguments"
    STDIN_MISMATCH = "stdin_mismatch", "the module ran with another standard input"
    ENV_MISMATCH = "env_mismatch", "the module ran with other environment variables"
    STDOUT_MISMATCH = "stdout_mismatch", "stdout is not what the job wrote"
    STDERR_MISMATCH = "stderr_mismatch", "stderr is not what the job wrote"
    LIMITS_MISMATCH = "limits_mismatch", "the job ran under other limits"
    STATUS_MISMATCH = "status_mismatch", "the job ended with another status"
    EXIT_CODE_MISMATCH = "exit_code_mismatch", "the job ended with another exit code"
    GUEST_EXIT_CODE_MISMATCH = (
        "guest_exit_code_mismatch",
        "the module exited with another exit code of its own",
    )
    FUEL_USED_MISMATCH = "fuel_used_mismatch", "the job used another amount of fuel"
    COMPILE_TIME_MS_MISMATCH = (
        "compile_time_ms_mismatch",
        "compiling the module took another time",
    )
    RECEIPT_MISMATCH = "receipt_mismatch", "the attestation belongs to another receipt"

    NOT_RUN = "not_run", "the job did not run, so nothing about it is signed"
    PROOF_MALFORMED = (
        "proof_malformed",
        "the proof is not an inclusion proof as the signer writes it",
    )
    CHECKPOINT_MALFORMED = "checkpoint_malformed", "the proof holds no checkpoint of a batch"
    CHECKPOINT_KEY_NOT_PINNED = (
        "checkpoint_key_not_pinned",
        "the checkpoint names a key other than the pinned one",
    )
    CHECKPOINT_SIGNATURE_NOT_CANONICAL = (
        "checkpoint_signature_not_canonical",
        "the checkpoint's signature is not in canonical Ed25519 form",
    )
    CHECKPOINT_SIGNATURE_MISMATCH = (
        "checkpoint_signature_mismatch",
        "the pinned key did not sign this checkpoint",
    )
    INCLUSION_MISMATCH = "inclusion_mismatch", "the statement is not in the checkpoint's tree"
    BATCH_ID_MISMATCH = "batch_id_mismatch", "the checkpoint belongs to another batch"


class RefusedError(Exception):
    """Ends a verification; the public functions turn it into a verdict."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal
