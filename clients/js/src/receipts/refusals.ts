// Why a verifier refuses a receipt or a result: the one list that all verifiers share.

/** Each reason, with its explanation in words. The first sixteen refuse a receipt, the others a result. */
export const REFUSALS = {
  pinned_key_invalid: "the pinned key is not 64 lower-case hexadecimal digits of a usable Ed25519 key",
  too_large: "the receipt is longer than 4,096 bytes",
  malformed: "the receipt is not one flat JSON object of plain ASCII strings and integers",
  unknown_member: "the receipt has a member that receipts do not have",
  duplicate_member: "the receipt repeats a member",
  missing_member: "the receipt lacks a member",
  version_invalid: 'version is not the string "0.1"',
  module_hash_invalid: "module_hash is not sha256: and 64 lower-case hexadecimal digits",
  exit_code_invalid: "exit_code is not an integer of 0 to 255",
  wall_time_ms_invalid: "wall_time_ms is not an integer of 0 to 2^53-1",
  timestamp_invalid: "timestamp is not an integer of 0 to 2^53-1",
  node_pubkey_invalid: "node_pubkey is not 64 lower-case hexadecimal digits",
  signature_invalid: "signature is not 128 lower-case hexadecimal digits",
  key_not_pinned: "the receipt names a key other than the pinned one",
  signature_not_canonical: "the signature is not in canonical Ed25519 form, or its point has a small order",
  signature_mismatch: "the pinned key did not sign this receipt",
  result_malformed: "the result is not a JobResult with a receipt and an attestation",
  request_malformed: "the request is not a JobRequest",
  envelope_malformed: "the attestation is not a DSSE envelope with one signature",
  envelope_key_not_pinned: "the attestation names a key other than the pinned one",
  envelope_signature_not_canonical: "the attestation's signature is not in canonical Ed25519 form",
  envelope_signature_mismatch: "the pinned key did not sign this attestation",
  statement_malformed: "the signed payload is not the statement of a job",
  job_id_mismatch: "the attestation belongs to another job",
  module_hash_mismatch: "another module ran",
  args_mismatch: "the module ran with other arguments",
  stdin_mismatch: "the module ran with another standard input",
  env_mismatch: "the module ran with other environment variables",
  stdout_mismatch: "stdout is not what the job wrote",
  stderr_mismatch: "stderr is not what the job wrote",
  limits_mismatch: "the job ran under other limits",
  status_mismatch: "the job ended with another status",
  exit_code_mismatch: "the job ended with another exit code",
  guest_exit_code_mismatch: "the module exited with another exit code of its own",
  receipt_mismatch: "the attestation belongs to another receipt",
} as const;

/** A reason of docs/receipts.md. */
export type Refusal = keyof typeof REFUSALS;
