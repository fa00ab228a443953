// Jobs: WebAssembly modules that the deployment runs, and whose results it signs.
import { fromBase64, toBase64, toHex } from "./base64.js";
import { membersOf, textOf } from "./connection.js";
import { serverTiming } from "./progress.js";
import { sha256, webCrypto } from "./web_crypto.js";
const MODULE_HASH = /^sha256:[0-9a-f]{64}$/;
/** Gives the name of a module: `sha256:` and the SHA-256 of its bytes. */
export async function moduleHashOf(module) {
    return `sha256:${toHex(await sha256(Uint8Array.from(module)))}`;
}
/** Runs a job. */
export async function runJob(connection, module, { args = [], stdin, env, jobId, timeoutSeconds, memoryMb, signal }) {
    if (typeof module === "string" && !MODULE_HASH.test(module)) {
        throw new TypeError("a module is its bytes, or sha256: and 64 lower-case hexadecimal digits");
    }
    const requirements = { timeout_seconds: timeoutSeconds, memory_mb: memoryMb };
    const isLimited = timeoutSeconds !== undefined || memoryMb !== undefined;
    const fields = {
        job_id: jobId ?? (await webCrypto()).randomUUID(),
        module_hash: typeof module === "string" ? module : await moduleHashOf(module),
        ...(typeof module !== "string" && { wasm_bytes: toBase64(module) }),
        args: [...args],
        ...(typeof stdin === "string" && { stdin }),
        ...(stdin instanceof Uint8Array && { stdin_base64: toBase64(stdin) }),
        ...(env && { env: { ...env } }),
        ...(isLimited && { requirements: requirements }),
    };
    const request = JSON.stringify(fields);
    let sentBytes = 0;
    const onSent = (bytes) => (sentBytes += bytes);
    const answer = await connection.request({ path: "/jobs", body: request, signal, onSent });
    return resultOf(connection, answer, "/jobs", { request, sentBytes });
}
/** Fetches a job's result again. */
export async function jobResult(connection, jobId, signal) {
    const path = `/jobs/${encodeURIComponent(jobId)}`;
    const answer = await connection.request({ path, method: "GET", signal });
    return resultOf(connection, answer, path, { request: null, sentBytes: 0 });
}
/** Stores a module. */
export async function keepModule(connection, module, signal) {
    const moduleHash = await moduleHashOf(module);
    const path = `/modules/${moduleHash}`;
    const body = Uint8Array.from(module);
    const answer = await connection.request({ path, method: "PUT", body, contentType: "application/wasm", signal });
    if (membersOf(answer.document)?.["module_hash"] !== moduleHash)
        throw connection.unexpected(answer, path);
    const told = answer.document;
    return {
        moduleHash,
        moduleBytes: module.length,
        isCompiled: told.compiled,
        status: told.status ?? null,
        detail: told.detail ?? null,
    };
}
/** Fetches the keys that sign receipts. */
export async function jobKeys(connection, signal) {
    const answer = await connection.request({ path: "/keys", method: "GET", isPublic: true, signal });
    try {
        const { keys } = answer.document;
        return keys.map((one) => ({
            publicKey: textOf(one.public_key),
            keyId: textOf(one.key_id),
            use: one.use,
            validFrom: new Date(one.valid_from),
        }));
    }
    catch {
        throw connection.unexpected(answer, "/keys");
    }
}
function resultOf(connection, answer, path, sent) {
    try {
        const told = answer.document;
        return {
            jobId: textOf(told.job_id),
            status: textOf(told.status),
            exitCode: Number(told.exit_code),
            guestExitCode: told.guest_exit_code ?? null,
            stdout: streamOf(told.stdout, told.stdout_base64),
            stderr: streamOf(told.stderr, told.stderr_base64),
            detail: told.detail ?? null,
            limits: told.limits,
            receiptJson: textOf(told.receipt_json),
            answer: answer.body,
            request: sent.request,
            isReplayed: answer.headers.get("Idempotency-Replayed") === "true",
            serverSteps: serverTiming(answer.headers),
            sentBytes: sent.sentBytes,
            requestId: answer.headers.get("X-Request-ID"),
        };
    }
    catch {
        throw connection.unexpected(answer, path);
    }
}
function streamOf(text, base64) {
    return base64 === undefined ? new TextEncoder().encode(textOf(text)) : fromBase64(base64);
}
