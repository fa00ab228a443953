// Jobs: WebAssembly modules that the deployment runs, and whose results it signs.

import type { components } from "./api.js";
import { fromBase64, toBase64, toHex } from "./base64.js";
import { type Answer, type Connection, membersOf, textOf } from "./connection.js";
import { serverTiming } from "./progress.js";
import { sha256, webCrypto } from "./web_crypto.js";

/** What a job is given. */
export interface JobOptions {
  /** The arguments after `argv[0]`. */
  args?: readonly string[] | undefined;
  /** The module's standard input. */
  stdin?: string | Uint8Array | undefined;
  /** The module's environment variables. */
  env?: Readonly<Record<string, string>> | undefined;
  /** The caller's name for the job; repeating a job with it gives its result again. A UUID if absent. */
  jobId?: string | undefined;
  /** Wall-clock seconds, without compiling. */
  timeoutSeconds?: number | undefined;
  /** Linear memory in MiB. */
  memoryMb?: number | undefined;
  /** Stops waiting; the job itself goes on. */
  signal?: AbortSignal | undefined;
}

/** A job's result. Nothing in it is proved before `verifyJob(result.answer, keys, result.request)`. */
export interface JobResult {
  jobId: string;
  /** How it ended; `ok` if the module ended by itself. */
  status: string;
  /** The module's own if `status` is `ok`, otherwise above 125. */
  exitCode: number;
  /** What the module exited with if `status` is `reserved_exit_code`: from 126 up; otherwise null. */
  guestExitCode: number | null;
  /** What it wrote to standard output. */
  stdout: Uint8Array<ArrayBuffer>;
  /** What it wrote to standard error. */
  stderr: Uint8Array<ArrayBuffer>;
  /** What went wrong, for people; not signed. */
  detail: string | null;
  /** The limits that were in effect, units in their names. */
  limits: Readonly<Record<string, number>>;
  /** The receipt as it came, for `verifyReceipt`. */
  receiptJson: string;
  /** The whole answer as it came, for `verifyJob`. */
  answer: string;
  /** The request as it was sent; null for a result that was only fetched. */
  request: string | null;
  /** Whether the result is that of an earlier request. */
  isReplayed: boolean;
  /** Milliseconds of each step in the server, by name. */
  serverSteps: Record<string, number>;
  /** Bytes of body that were sent, of all attempts. */
  sentBytes: number;
  /** Names the request in the server's log; null if it was not told. */
  requestId: string | null;
}

/** A module that the deployment keeps, for this tenant's jobs only. */
export interface KeptModule {
  /** How `runJob` names it: `sha256:` and 64 hexadecimal digits. */
  moduleHash: string;
  moduleBytes: number;
  /** Whether its first job finds it compiled. If not, and `status` is null, that job compiles it. */
  isCompiled: boolean;
  /** How each of its jobs would end, if it cannot be compiled. */
  status: "compile_error" | "compile_limit" | null;
  /** What is wrong with it, and what to change. */
  detail: string | null;
}

/** A key that signs receipts. */
export interface JobKey {
  /** 64 hexadecimal digits, as the verifiers take it. */
  publicKey: string;
  /** How attestations name it. */
  keyId: string;
  /** Whether it signs now, will sign next, or signed before the last rotation. */
  use: "current" | "next" | "previous";
  validFrom: Date;
}

type JobRequest = Partial<components["schemas"]["JobRequestBody"]>;

const MODULE_HASH = /^sha256:[0-9a-f]{64}$/;

/** Gives the name of a module: `sha256:` and the SHA-256 of its bytes. */
export async function moduleHashOf(module: Uint8Array): Promise<string> {
  return `sha256:${toHex(await sha256(Uint8Array.from(module)))}`;
}

/** Runs a job. */
export async function runJob(
  connection: Connection,
  module: Uint8Array | string,
  { args = [], stdin, env, jobId, timeoutSeconds, memoryMb, signal }: JobOptions,
): Promise<JobResult> {
  if (typeof module === "string" && !MODULE_HASH.test(module)) {
    throw new TypeError("a module is its bytes, or sha256: and 64 lower-case hexadecimal digits");
  }
  const requirements = { timeout_seconds: timeoutSeconds, memory_mb: memoryMb };
  const isLimited = timeoutSeconds !== undefined || memoryMb !== undefined;
  const fields: JobRequest = {
    job_id: jobId ?? (await webCrypto()).randomUUID(),
    module_hash: typeof module === "string" ? module : await moduleHashOf(module),
    ...(typeof module !== "string" && { wasm_bytes: toBase64(module) }),
    args: [...args],
    ...(typeof stdin === "string" && { stdin }),
    ...(stdin instanceof Uint8Array && { stdin_base64: toBase64(stdin) }),
    ...(env && { env: { ...env } }),
    ...(isLimited && { requirements: requirements as JobRequest["requirements"] & object }),
  };
  const request = JSON.stringify(fields);
  let sentBytes = 0;
  const onSent = (bytes: number) => (sentBytes += bytes);
  const answer = await connection.request({ path: "/jobs", body: request, signal, onSent });
  return resultOf(connection, answer, "/jobs", { request, sentBytes });
}

/** Fetches a job's result again. */
export async function jobResult(
  connection: Connection,
  jobId: string,
  signal: AbortSignal | undefined,
): Promise<JobResult> {
  const path = `/jobs/${encodeURIComponent(jobId)}`;
  const answer = await connection.request({ path, method: "GET", signal });
  return resultOf(connection, answer, path, { request: null, sentBytes: 0 });
}

/** Stores a module. */
export async function keepModule(
  connection: Connection,
  module: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<KeptModule> {
  const moduleHash = await moduleHashOf(module);
  const path = `/modules/${moduleHash}`;
  const body = Uint8Array.from(module);
  const answer = await connection.request({ path, method: "PUT", body, contentType: "application/wasm", signal });
  if (membersOf(answer.document)?.["module_hash"] !== moduleHash) throw connection.unexpected(answer, path);
  const told = answer.document as components["schemas"]["ModuleAnswer"];
  return {
    moduleHash,
    moduleBytes: module.length,
    isCompiled: told.compiled,
    status: told.status ?? null,
    detail: told.detail ?? null,
  };
}

/** Fetches the keys that sign receipts. */
export async function jobKeys(connection: Connection, signal: AbortSignal | undefined): Promise<JobKey[]> {
  const answer = await connection.request({ path: "/keys", method: "GET", isPublic: true, signal });
  try {
    const { keys } = answer.document as components["schemas"]["KeysAnswer"];
    return keys.map((one) => ({
      publicKey: textOf(one.public_key),
      keyId: textOf(one.key_id),
      use: one.use,
      validFrom: new Date(one.valid_from),
    }));
  } catch {
    throw connection.unexpected(answer, "/keys");
  }
}

function resultOf(
  connection: Connection,
  answer: Answer,
  path: string,
  sent: { request: string | null; sentBytes: number },
): JobResult {
  try {
    const told = answer.document as components["schemas"]["JobAnswer"];
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
  } catch {
    throw connection.unexpected(answer, path);
  }
}

function streamOf(text: string | undefined, base64: string | undefined): Uint8Array<ArrayBuffer> {
  return base64 === undefined ? new TextEncoder().encode(textOf(text)) : fromBase64(base64);
}
