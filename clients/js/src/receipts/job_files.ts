// The answer to a job and its request, as a verifier reads them: members that it does not know are
// passed over, those that it knows have one form.

import { fromBase64, toBase64 } from "../base64.js";
import { type Json, type Members, readJson } from "./strict_json.js";

// More than any function can answer with.
const MAX_JSON_BYTES = 16 * 2 ** 20;

/** How a job ended. */
export interface Ended {
  jobId: string;
  status: string;
  exitCode: number;
  guestExitCode: number | null;
  fuelUsed: number | null;
  compileTimeMs: number | null;
  stdout: Uint8Array<ArrayBuffer>;
  stderr: Uint8Array<ArrayBuffer>;
  limits: Members | null;
}

/** A job's answer; its attestation is not read yet. */
export interface Result extends Ended {
  receiptJson: string;
  attestation: Members;
}

/** A batch's answer to one job that ran, or that did not. */
export type BatchedResult = (Ended & { statement: string; proof: string }) | { jobId: string; isNotRun: true };

/** The answer to a batch; null stands for a result that is none. */
export interface BatchResult {
  batchId: string;
  results: (BatchedResult | null)[];
}

/** A job's request. */
export interface Request {
  jobId: string | null;
  moduleHash: string | null;
  module: Uint8Array<ArrayBuffer> | null;
  args: string[];
  stdin: Uint8Array<ArrayBuffer>;
  env: ReadonlyMap<string, string>;
}

/** A request for a batch. */
export interface BatchRequest {
  batchId: string;
  jobs: Request[];
}

/** Reads a job's answer; null if it is none. */
export function resultOf(content: Uint8Array): Result | null {
  return read(content, (members) => ({
    ...endedOf(members),
    receiptJson: textOf(members.get("receipt_json")),
    attestation: objectOf(members.get("attestation")),
  }));
}

/** Reads a batch's answer to one job; null if it is none. */
export function batchedResultOf(content: Uint8Array): BatchedResult | null {
  return read(content, batchedOf);
}

/** Reads the answer to a batch; null if it is none. */
export function batchResultOf(content: Uint8Array): BatchResult | null {
  return read(content, (members) => ({
    batchId: textOf(members.get("batch_id")),
    results: listOf(members.get("results")).map((one) => orNull(objectOf(one), batchedOf)),
  }));
}

/** Reads a request for a batch, or for a job; null if it is neither. */
export function batchOrJobRequestOf(content: Uint8Array): BatchRequest | Request | null {
  return read(content, (members) => {
    if (!members.has("jobs")) return requestFrom(members);
    const jobs = listOf(members.get("jobs")).map((one) => requestFrom(objectOf(one)));
    return { batchId: textOf(members.get("batch_id")), jobs };
  });
}

/** Reads a job's request; null if it is none. It names or holds one module. */
export function requestOf(content: Uint8Array): Request | null {
  return read(content, requestFrom);
}

function requestFrom(members: Members): Request {
  const named = optionalText(members, "module_hash");
  const held = optionalText(members, "wasm_bytes");
  if (named !== null && !/^sha256:[0-9a-f]{64}$/.test(named)) throw new Malformed();
  if (named === null && held === null) throw new Malformed();
  const args = members.has("args") ? listOf(members.get("args")) : [];
  const env = members.has("env") ? objectOf(members.get("env")) : new Map<string, Json>();
  const isGiven = ["stdin", "stdin_base64"].some((name) => optionalText(members, name) !== null);
  return {
    jobId: optionalText(members, "job_id"),
    moduleHash: named,
    module: held === null ? null : canonical(held),
    args: args.map(textOf),
    stdin: isGiven ? streamOf(members, "stdin") : new Uint8Array(0),
    env: new Map([...env].map(([name, value]) => [variableName(name), textOf(value)])),
  };
}

function batchedOf(members: Members): BatchedResult {
  const proved = orNull(members, () => ({
    ...endedOf(members),
    statement: textOf(members.get("statement")),
    proof: textOf(members.get("proof")),
  }));
  if (proved !== null) return proved;
  const isNotRun = members.get("status") === "not_run";
  const isProved = ["statement", "proof"].some((name) => (members.get(name) ?? null) !== null);
  if (!isNotRun || isProved) throw new Malformed();
  return { jobId: textOf(members.get("job_id")), isNotRun };
}

function endedOf(members: Members): Ended {
  const limits = members.get("limits") ?? null;
  if (limits !== null && ![...objectOf(limits).values()].every((one) => typeof one === "number")) {
    throw new Malformed();
  }
  return {
    jobId: textOf(members.get("job_id")),
    status: textOf(members.get("status")),
    exitCode: numberOf(members.get("exit_code")),
    guestExitCode: optionalNumber(members, "guest_exit_code"),
    fuelUsed: optionalNumber(members, "fuel_used"),
    compileTimeMs: optionalNumber(members, "compile_time_ms"),
    stdout: streamOf(members, "stdout"),
    stderr: streamOf(members, "stderr"),
    limits: limits === null ? null : objectOf(limits),
  };
}

/** Reads base64 in its canonical form; null if it has another. */
export function canonicalBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const content = fromBase64(text);
    return toBase64(content) === text ? content : null;
  } catch {
    return null;
  }
}

/** Whether a text has halves of surrogate pairs, which have no form in UTF-8. */
export function isBroken(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

class Malformed extends Error {}

function read<Kept>(content: Uint8Array, keep: (members: Members) => Kept): Kept | null {
  if (content.length > MAX_JSON_BYTES) return null;
  const document = readJson(content);
  return document instanceof Map ? orNull(document, keep) : null;
}

function orNull<Kept>(members: Members, keep: (members: Members) => Kept): Kept | null {
  try {
    return keep(members);
  } catch (failure) {
    if (failure instanceof Malformed) return null;
    throw failure;
  }
}

function objectOf(value: Json | undefined): Members {
  if (!(value instanceof Map)) throw new Malformed();
  return value;
}

function listOf(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new Malformed();
  return value;
}

function textOf(value: Json | undefined): string {
  if (typeof value !== "string") throw new Malformed();
  return value;
}

function numberOf(value: Json | undefined): number {
  if (typeof value !== "number") throw new Malformed();
  return value;
}

function optionalNumber(members: Members, name: string): number | null {
  const value = members.get(name) ?? null;
  return value === null ? null : numberOf(value);
}

function variableName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Malformed();
  return name;
}

function optionalText(members: Members, name: string): string | null {
  const value = members.get(name) ?? null;
  return value === null ? null : textOf(value);
}

/** Gives a stream, which is text or, if it is not UTF-8, base64. */
function streamOf(members: Members, name: string): Uint8Array<ArrayBuffer> {
  const text = optionalText(members, name);
  const base64 = optionalText(members, `${name}_base64`);
  if ((text === null) === (base64 === null)) throw new Malformed();
  if (base64 !== null) return canonical(base64);
  if (text === null || isBroken(text)) throw new Malformed();
  return new TextEncoder().encode(text);
}

function canonical(base64: string): Uint8Array<ArrayBuffer> {
  const content = canonicalBase64(base64);
  if (content === null) throw new Malformed();
  return content;
}
