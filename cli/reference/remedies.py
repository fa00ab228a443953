"""What the reader of an error should do, by code."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "ALREADY_SIGNED": "Send the file as it was before, or name it as its own parent with "
    '`{"relationship": "parentOf", "in_asset": true}`.',
    "ASSET_NOT_EMBEDDABLE": "Leave out `embed` for a sidecar, or repair the file.",
    "ASSET_TOO_LARGE": "Send `asset_sha256`, or use a client, which embeds in files of any size.",
    "CHAOS_NOT_ALLOWED": "Deploy with `ChaosAllowed=true`, on a stage other than `prod`.",
    "CONCURRENT_CHANGE": "Wait for `Retry-After`, look at the flag, and send the change again.",
    "CREDENTIAL_UNAVAILABLE": "Operators: `edge-signer certificate show` names the fault. Clients: "
    "send it again later.",
    "DEADLINE_EXCEEDED": "Send the same request again, with its `Idempotency-Key`.",
    "DERIVATIVES_DISABLED": "Operators: `edge-signer flags set derivatives_enabled true`.",
    "DERIVATIVE_NOT_READY": "Wait for `Retry-After` and ask again.",
    "DERIVATIVE_REFUSED": "Look up the code that the message names; the policy or the original is "
    "at fault.",
    "EMBEDDING_UNAVAILABLE": "Send it again later, or sign without `embed` for a sidecar.",
    "EXECUTION_DISABLED": "Operators: `edge-signer flags set execution_enabled true`.",
    "IDEMPOTENCY_MISMATCH": "Use a new key for each request, and the same body for each retry.",
    "INGREDIENTS_UNAVAILABLE": "Send it again later; the central signer makes no such manifests.",
    "INTERNAL": "Send it again. Operators: search the log for the `X-Request-ID`.",
    "INVALID_ASSERTION": "Correct what the message names.",
    "INVALID_BASE64": "Encode with the standard alphabet and padding (RFC 4648 §4).",
    "INVALID_INGREDIENT": "Correct what the message names, or name the ingredient without its "
    "credentials.",
    "INVALID_JSON": "Send one JSON object in UTF-8, without duplicate keys.",
    "INVALID_REQUEST": "Correct the field that the message names.",
    "INVALID_SIGNATURE": "Sign each attempt with a new nonce and time; compare the string to sign "
    "with the example in the page on tenants.",
    "JOB_ID_REUSED": "Use a new `job_id` for each job.",
    "JOB_IN_FLIGHT": "Wait for `Retry-After`, then send the same request or fetch the result.",
    "KMS_RATE_LIMIT": "Wait for `Retry-After`. Operators: compare KMS's quota with your traffic.",
    "KMS_UNAVAILABLE": "Send the same request again. Operators: runbook, section KMS errors.",
    "MANIFEST_ID_REUSED": "Begin again with a new UUID.",
    "METHOD_NOT_ALLOWED": "Use a method that the header `Allow` names.",
    "MODULE_HASH_MISMATCH": "Compute `module_hash` over the bytes that you send.",
    "MODULE_TOO_LARGE": "Make the module smaller, for example with `wasm-opt` and `wasm-strip`.",
    "NOT_A_MODULE": "Send a core module in the binary format, not a component and not text.",
    "NOT_FOUND": "Check the path against the list of routes.",
    "NO_CRJSON": "Ask again without `crjson=1`.",
    "POLICY_VIOLATION": "Change the request, or ask the operator for another policy.",
    "RATE_LIMITED": "Wait for `Retry-After`. The header `RateLimit` says what is left.",
    "REQUEST_IN_FLIGHT": "Wait for `Retry-After`, then send the same request again.",
    "REQUEST_TOO_LARGE": "Send a digest, or upload ingredients. Operators can raise "
    "`max_payload_size`.",
    "RESULT_EXPIRED": "Run the job again under a new `job_id`.",
    "SANDBOX_UNAVAILABLE": "Send the same request again. Operators: runbook, section Jobs.",
    "SIGNER_DISABLED": "Wait until an operator switches signing on. Operators: "
    "`edge-signer flags get`.",
    "STORE_TOO_LARGE": "Lay the file out again with the `store_bytes` of the answer.",
    "STORE_UNAVAILABLE": "Send the same request again, with its `Idempotency-Key`.",
    "TBS_TOO_LARGE": "Send fewer or shorter assertions.",
    "TENANT_NOT_ALLOWED": "Leave out `tenant_id`, or use the tenant's own token. Operators: add "
    "the tenant to `tenant_allowlist`.",
    "TSA_UNAVAILABLE": "Send it again, or sign with `tsa` false if the policy allows that.",
    "UNAUTHENTICATED": "Send `Authorization: Bearer` with a token that is in force.",
    "UNKNOWN_JOB": "Check the `job_id` and the token; a job without a result has none to fetch.",
    "UNKNOWN_MANIFEST": "Check the address; the manifest may have been taken down.",
    "UNKNOWN_MODULE": "Send `wasm_bytes`, or store the module with `PUT /modules/{module_hash}`.",
    "UNKNOWN_ORIGINAL": "Check the key, and that the file is in the bucket of originals.",
    "UNKNOWN_POLICY": "Operators: `edge-signer policies list` shows the policies in force.",
    "UNKNOWN_UPLOAD": "Upload the file again, and use its `upload_id` once.",
    "UNKNOWN_VARIANT": "Ask for a variant that `DerivativeVariants` lists.",
    "UNSUITABLE_ORIGINAL": "Replace the original; the message says what is wrong.",
    "UNSUPPORTED_MEDIA_TYPE": "Send `Content-Type: application/json`, in UTF-8 and not compressed.",
    "UNSUPPORTED_REQUIREMENT": "Leave out the requirement that the message names, or lower it.",
    "UPLOAD_CHANGED": "Upload the file once, and verify it when that is done.",
    "UPLOAD_TOO_LARGE": "Verify it with `edge-signer verify`, which has no such limit.",
    "VERIFICATION_DISABLED": "Operators: `edge-signer flags set verification_enabled true`.",
    "VERIFICATION_TOO_LONG": "Use `edge-signer verify`, which takes as long as it needs.",
}
