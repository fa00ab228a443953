// Requests to one deployment for one tenant, sent until they succeed or patience ends.

import { RefusedError, UnreachableError } from "./errors.js";
import { webCrypto } from "./web_crypto.js";

// An HTTP API of AWS answers within 30 s or not at all.
const ANSWER_WITHIN_MS = 35_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;

/** Who is called, and for how long. */
export interface ConnectionOptions {
  tenantId?: string | undefined;
  /** How long a call keeps trying while the server is busy or unreachable; 0 sends once. */
  patienceMs?: number | undefined;
}

/** What came back. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The body as it came. */
  body: string;
  /** The body read as JSON; undefined if it is none. */
  document: unknown;
}

/** One request; a call makes as many of them as it needs. */
export interface Call {
  path: string;
  method?: "GET" | "POST" | "PUT";
  body?: string | Uint8Array<ArrayBuffer>;
  contentType?: string;
  /** Whether an Idempotency-Key makes repeated attempts one. */
  isKeyed?: boolean;
  /** Whether it is sent without the token, so that a page may send it without asking first. */
  isPublic?: boolean;
  signal?: AbortSignal | undefined;
  /** Is told how many bytes of body were sent, by each attempt. */
  onSent?: ((bytes: number) => void) | undefined;
}

/** The members of a JSON object, of which nothing is known. */
export type Members = Readonly<Record<string, unknown>>;

/** A deployment, as one tenant calls it. */
export class Connection {
  readonly #base: string;
  readonly #headers: Headers;
  readonly #patienceMs: number;

  /** @throws {TypeError} The address is none, or the token contains a character that no header can. */
  constructor(url: string | URL, token: string | null, { tenantId, patienceMs = 30_000 }: ConnectionOptions) {
    // A Request resolves what is relative to the page, and refuses what is no address.
    this.#base = new Request(`${String(url).replace(/\/+$/, "")}/edge-sign`).url.slice(0, -"/edge-sign".length);
    this.#headers = new Headers();
    if (token !== null) this.#headers.set("Authorization", `Bearer ${token}`);
    if (tenantId !== undefined) this.#headers.set("X-Tenant-ID", tenantId);
    this.#patienceMs = patienceMs;
  }

  /** Sends one request until it succeeds or patience ends; its key makes it one signature. */
  async request(call: Call): Promise<Answer> {
    const { path, method = "POST", body, contentType, isKeyed = false, isPublic = false, signal, onSent } = call;
    const place = this.#base + path;
    const headers = new Headers(isPublic ? undefined : this.#headers);
    if (body !== undefined) headers.set("Content-Type", contentType ?? "application/json");
    if (isKeyed) headers.set("Idempotency-Key", (await webCrypto()).randomUUID());
    const length = typeof body === "string" ? new TextEncoder().encode(body).length : (body?.length ?? 0);
    const giveUpMs = Date.now() + this.#patienceMs;
    let longestMs = FIRST_DELAY_MS;
    for (;;) {
      let failure: RefusedError | UnreachableError;
      try {
        onSent?.(length);
        const answer = await sent(place, { method, headers, ...(body !== undefined && { body }) }, signal);
        if (answer.status === 200) return answer;
        const refusal = this.#refusal(answer, place);
        if (!refusal.mayPass) throw refusal;
        failure = refusal;
      } catch (thrown) {
        if (!(thrown instanceof UnreachableError)) throw thrown;
        failure = thrown;
      }
      const told = failure instanceof RefusedError ? (failure.retryAfterS ?? 0) : 0;
      // A server that says "at once" is not asked without a pause either.
      const delayMs = Math.max(told * 1000, Math.random() * longestMs);
      longestMs = Math.min(LONGEST_DELAY_MS, longestMs * 2);
      if (Date.now() + delayMs > giveUpMs) throw failure;
      await wait(delayMs, signal);
    }
  }

  /** Sends a form with a file to an address that an answer named, without the token. */
  async upload(url: string, form: FormData, signal: AbortSignal | undefined): Promise<void> {
    const { status } = await sent(url, { method: "POST", body: form }, signal);
    if (status > 299) throw new RefusedError(`${status} for an upload to ${url}`, { status });
  }

  /** Makes an error of an answer that the API cannot have given. */
  unexpected({ status, headers }: Answer, path: string): RefusedError {
    const told = `${this.#base}${path} is not an Edge Signer API (status ${status})`;
    return new RefusedError(told, { status, retryAfterS: retryAfterS(headers) });
  }

  #refusal(answer: Answer, place: string): RefusedError {
    const { status, headers } = answer;
    const document = membersOf(answer.document);
    if (typeof document?.["message"] !== "string") return this.unexpected(answer, place.slice(this.#base.length));
    const { code, message, store_bytes: storeBytes } = document;
    return new RefusedError(`${[status, code].join(" ").trim()}: ${message}`, {
      status,
      code: typeof code === "string" ? code : undefined,
      retryAfterS: retryAfterS(headers),
      storeBytes: Number.isInteger(storeBytes) ? (storeBytes as number) : undefined,
      requestId: headers.get("X-Request-ID"),
    });
  }
}

/** Gives the members of a JSON object; undefined if it is none. */
export function membersOf(document: unknown): Members | undefined {
  const isObject = typeof document === "object" && document !== null && !Array.isArray(document);
  return isObject ? (document as Members) : undefined;
}

/** Gives a value that must be a text. */
export function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a text is missing");
  return value;
}

/** Sends one request, and reads its answer. */
async function sent(place: string, request: RequestInit, signal: AbortSignal | undefined): Promise<Answer> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  const tooLong = setTimeout(stop, ANSWER_WITHIN_MS);
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    const answer = await fetch(place, { ...request, signal: stopped.signal });
    // Here, because reading the body may fail or take too long just as well.
    const body = await answer.text();
    return { status: answer.status, headers: answer.headers, body, document: documentOf(body) };
  } catch (failure) {
    signal?.throwIfAborted();
    throw new UnreachableError(
      `${place} cannot be reached, or does not let this page read its answers`,
      { cause: failure },
    );
  } finally {
    clearTimeout(tooLong);
    signal?.removeEventListener("abort", stop);
  }
}

function documentOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function retryAfterS(headers: Headers): number | undefined {
  const told = headers.get("Retry-After") ?? "";
  return /^[0-9]+$/.test(told) ? Number(told) : undefined;
}

function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
