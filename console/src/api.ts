// The calls that the JavaScript client has no method for: health, the operator's and verification.

import { size } from "./format.js";

/** The server's answer was an error. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    message: string,
    readonly status: number,
    readonly code = "",
    readonly requestId = "",
  ) {
    super(message);
  }
}

export type State = "ok" | "degraded" | "unavailable";

/** GET /health; the last three members only for operators. */
export interface Health {
  status: State;
  signing?: { edge: State; central: State };
  checks?: Record<string, State>;
  details?: Record<string, Record<string, unknown>>;
  versions?: Record<string, string>;
  checked_at?: string;
}

/** The state of the circuit breaker that all workers share. */
export interface Breaker {
  [name: string]: unknown;
}

/** What an operator's change did. */
export interface Changed {
  action: string;
  target: string;
  before: string | null;
  after: string | null;
  operator: string;
  audit_key: string;
}

/** A form that takes a file to be verified. */
interface UploadForm {
  upload_id: string;
  url: string;
  fields: Record<string, string>;
  max_bytes: number;
}

/** Whether the deployment runs, or with `deep` whether it can sign; details with an operator's token. */
export async function health(deep: boolean, adminToken = ""): Promise<Health> {
  // 503 is an answer here: it says what is unavailable.
  return (await send("GET", deep ? "/health?deep=1" : "/health", adminToken, undefined, [200, 503])) as Health;
}

export async function breakerStatus(adminToken: string): Promise<Breaker> {
  return (await send("GET", "/admin/circuit-breaker/status", adminToken)) as Breaker;
}

/** Makes an operator's change, which is recorded before it takes effect. */
export async function change(path: string, body: unknown, adminToken: string): Promise<Changed> {
  return (await send("POST", `/admin/${path}`, adminToken, body)) as Changed;
}

/** Has credentials judged: `body` as of POST /verify. */
export async function verify(body: unknown, token: string): Promise<unknown> {
  return send("POST", "/verify", token, body);
}

/**
 * Uploads a file for a verdict, after which it is deleted.
 *
 * @returns `upload_id` for POST /verify.
 */
export async function upload(file: Blob, token: string): Promise<string> {
  const form = (await send("POST", "/verify/uploads", token, {})) as UploadForm;
  if (file.size > form.max_bytes) {
    throw new ApiError(`The file has ${size(file.size)}; uploads end at ${size(form.max_bytes)}.`, 413);
  }
  const fields = new FormData();
  for (const [name, value] of Object.entries(form.fields)) fields.append(name, value);
  fields.append("file", file);
  try {
    // The form says by itself what may be uploaded. The answer is not readable from here, and not
    // needed: POST /verify tells whether the file arrived.
    await fetch(form.url, { method: "POST", body: fields, mode: "no-cors" });
  } catch (failure) {
    throw new ApiError("The upload did not get through. Check the network, and try again.", 0, String(failure));
  }
  return form.upload_id;
}

async function send(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  expected: readonly number[] = [200],
): Promise<unknown> {
  const headers = new Headers();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const request: RequestInit = { method, headers, cache: "no-store", credentials: "omit" };
  if (body !== undefined) request.body = JSON.stringify(body);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(path, request);
    text = await answer.text();
  } catch {
    throw new ApiError("The signer cannot be reached. Check that it runs, and the network.", 0);
  }
  const read = parsed(text);
  if (expected.includes(answer.status) && read !== undefined) return read;
  const told = (read ?? {}) as { message?: unknown; code?: unknown };
  const message = typeof told.message === "string" ? told.message : "The answer is not from an Edge Signer.";
  const code = typeof told.code === "string" ? told.code : "";
  throw new ApiError(message, answer.status, code, answer.headers.get("X-Request-ID") ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
