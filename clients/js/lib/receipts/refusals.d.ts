/** Each reason, with its explanation in words. The first sixteen refuse a receipt, the others a result. */
export declare const REFUSALS: {
    readonly pinned_key_invalid: "the pinned key is not 64 lower-case hexadecimal digits of a usable Ed25519 key";
    readonly too_large: "the receipt is longer than 4,096 bytes";
    readonly malformed: "the receipt is not one flat JSON object of plain ASCII strings and integers";
    readonly unknown_member: "the receipt has a member that receipts do not have";
    readonly duplicate_member: "the receipt repeats a member";
    readonly missing_member: "the receipt lacks a member";
    readonly version_invalid: "version is not the string \"0.1\"";
    readonly module_hash_invalid: "module_hash is not sha256: and 64 lower-case hexadecimal digits";
    readonly exit_code_invalid: "exit_code is not an integer of 0 to 255";
    readonly wall_time_ms_invalid: "wall_time_ms is not an integer of 0 to 2^53-1";
    readonly timestamp_invalid: "timestamp is not an integer of 0 to 2^53-1";
    readonly node_pubkey_invalid: "node_pubkey is not 64 lower-case hexadecimal digits";
    readonly signature_invalid: "signature is not 128 lower-case hexadecimal digits";
    readonly key_not_pinned: "the receipt names a key other than the pinned one";
    readonly signature_not_canonical: "the signature is not in canonical Ed25519 form, or its point has a small order";
    readonly signature_mismatch: "the pinned key did not sign this receipt";
    readonly result_malformed: "the result is not a JobResult with a receipt and an attestation";
    readonly request_malformed: "the request is not a JobRequest";
    readonly envelope_malformed: "the attestation is not a DSSE envelope with one signature";
    readonly envelope_key_not_pinned: "the attestation names a key other than the pinned one";
    readonly envelope_signature_not_canonical: "the attestation's signature is not in canonical Ed25519 form";
    readonly envelope_signature_mismatch: "the pinned key did not sign this attestation";
    readonly statement_malformed: "the signed payload is not the statement of a job";
    readonly job_id_mismatch: "the attestation belongs to another job";
    readonly module_hash_mismatch: "another module ran";
    readonly args_mismatch: "the module ran with other arguments";
    readonly stdin_mismatch: "the module ran with another standard input";
    readonly stdout_mismatch: "stdout is not what the job wrote";
    readonly stderr_mismatch: "stderr is not what the job wrote";
    readonly limits_mismatch: "the job ran under other limits";
    readonly status_mismatch: "the job ended with another status";
    readonly exit_code_mismatch: "the job ended with another exit code";
    readonly receipt_mismatch: "the attestation belongs to another receipt";
};
/** A reason of docs/receipts.md. */
export type Refusal = keyof typeof REFUSALS;
