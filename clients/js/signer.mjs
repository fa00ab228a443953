// Signs a file in the page: the signer gets a digest, and the file stays where it is.

import { EmbedModule } from "./embed.mjs";
import { bytesHeld, history, requestBody } from "./ingredients.mjs";

export { AssetLayout, AssetLayoutError, EmbedModule } from "./embed.mjs";

// Holds a manifest of a common chain without a time-stamp; the server says what others need.
const USUAL_STORE_BYTES = 2560;
// Reading more than this a second time takes longer than asking for the size first.
const SMALL_ASSET_BYTES = 8 * 1024 * 1024;
// What the server takes at most.
const MOST_STORE_BYTES = 4 * 1024 * 1024;
const SIZES_APART = 256;
// A server that asks for more each time is not followed for ever.
const MOST_ROUNDS = 3;
// Too small for any store, so the server answers with the size and signs nothing.
const NO_STORE_BYTES = 64;
// An HTTP API of AWS answers within 30 s or not at all.
const ANSWER_WITHIN_MS = 35_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;
// Still in progress; too many requests; a failure that may pass.
const WORTH_RETRYING = new Set([409, 425, 429, 500, 502, 503, 504]);
// An operator switched these off, so retrying does not help.
const SWITCHED_OFF = new Set(["SIGNER_DISABLED", "EXECUTION_DISABLED", "VERIFICATION_DISABLED"]);

/** The server answered with an error. */
export class RefusedError extends Error {
  name = "RefusedError";

  /**
   * @param {string} message One line.
   * @param {{status: number, code?: string, retryAfterS?: number, storeBytes?: number,
   *   requestId?: string}} answer What the answer said.
   */
  constructor(message, { status, code, retryAfterS, storeBytes, requestId }) {
    super(message);
    /** The HTTP status. */
    this.status = status;
    /** The error code of the API, such as RATE_LIMITED; empty if it did not come from the API. */
    this.code = code ?? "";
    /** Seconds to wait before the next attempt; null if the server does not say. */
    this.retryAfterS = retryAfterS ?? null;
    /** With STORE_TOO_LARGE, the room that the manifest store needs; otherwise null. */
    this.storeBytes = storeBytes ?? null;
    /** Names the request in the server's log; null if it was not told. */
    this.requestId = requestId ?? null;
  }

  /** Whether the same request may succeed later. */
  get mayPass() {
    return WORTH_RETRYING.has(this.status) && !SWITCHED_OFF.has(this.code);
  }
}

/** No answer arrived, or none that the page may read. The server may still have signed. */
export class UnreachableError extends Error {
  name = "UnreachableError";
}

/** Client of one deployment for one tenant. */
export class EdgeSigner {
  #endpoint;
  #uploads;
  #headers;
  #patienceMs;
  #source;
  #module = null;
  // What fitted, by policy, time-stamp and length of the assertions.
  #storeBytes = new Map();

  /**
   * @param {string | URL} url Address of the API, or of what passes requests on to it.
   * @param {string | null} token The tenant's bearer token; null if a proxy adds it.
   * @param {{tenantId?: string, patienceMs?: number, embedWasm?: BufferSource | URL | string}} [options]
   *   How long a call keeps trying while the server is busy or unreachable (0 sends once); where
   *   embed.wasm is if not beside this file.
   * @throws {TypeError} The address is none, or the token contains a character that no header can.
   */
  constructor(url, token, { tenantId, patienceMs = 30_000, embedWasm } = {}) {
    const base = String(url).replace(/\/+$/, "");
    this.#endpoint = new Request(`${base}/edge-sign`).url;
    this.#uploads = new Request(`${base}/verify/uploads`).url;
    this.#headers = new Headers({ "Content-Type": "application/json" });
    if (token !== null) this.#headers.set("Authorization", `Bearer ${token}`);
    if (tenantId !== undefined) this.#headers.set("X-Tenant-ID", tenantId);
    this.#patienceMs = patienceMs;
    this.#source = embedWasm;
  }

  /**
   * Signs a file and gives it with its manifest inside; the file itself is not sent.
   *
   * @param {Blob} blob The file, of a format in docs/api.md. It is hashed once; a small one perhaps twice.
   * @param {string} policyId The policy to sign under.
   * @param {Record<string, unknown>} assertions Content of each assertion by its label.
   * @param {{tsa?: boolean, title?: string, ingredients?: object[], replaceStore?: boolean,
   *   signal?: AbortSignal}} [options] Whether to time-stamp the signature (the policy decides if
   *   absent); name of the file, for people; what it was made from, as `Ingredient` in index.d.ts;
   *   whether a manifest store in the file is left out; stops all of it.
   * @returns {Promise<{signed: Blob, manifestUrl: string, signingMode: string, kmsKeyId: string,
   *   tsaTokenUrl: string | null, mediaType: string, requestId: string | null}>} The signed file
   *   refers to the original's bytes: keep or send it while the original is unchanged.
   * @throws {AssetLayoutError} No manifest can be embedded in this file; nothing was signed.
   * @throws {RefusedError} The server answered with an error.
   * @throws {UnreachableError} No answer arrived.
   */
  async embed(blob, policyId, assertions, { tsa, title, ingredients = [], replaceStore, signal } = {}) {
    const fields = { policy_id: policyId, assertions, tsa, title };
    const made = { ingredients, signal };
    const held = bytesHeld(ingredients);
    // Assertions of about the same length make stores of about the same size.
    const length = JSON.stringify([assertions, title]).length + held;
    const kind = JSON.stringify([policyId, tsa, Math.floor(length / SIZES_APART)]);
    const embedding = await this.#embedding();
    let storeBytes = this.#storeBytes.get(kind);
    if (storeBytes === undefined) {
      storeBytes = USUAL_STORE_BYTES + held;
      if (blob.size > SMALL_ASSET_BYTES) {
        const { embed } = await embedding.layOut(blob, NO_STORE_BYTES, { replaceStore });
        storeBytes = await this.#neededBytes({ ...fields, embed }, made, storeBytes);
      }
    }
    for (let round = 1; ; round += 1) {
      const layout = await embedding.layOut(blob, storeBytes, { replaceStore });
      const place = { asset_sha256: await layout.digest({ signal }), embed: layout.embed };
      try {
        const { manifest, ...told } = await this.#sign({ ...fields, ...place }, made);
        const signed = await layout.signedBlob(manifest);
        this.#storeBytes.set(kind, storeBytes);
        return { signed, ...told, mediaType: layout.mediaType };
      } catch (failure) {
        if (round === MOST_ROUNDS || !isRefusedForSize(failure, storeBytes)) throw failure;
        storeBytes = failure.storeBytes;
      }
    }
  }

  /**
   * Signs a derivative of a file, such as a smaller image, as an edit of the original.
   *
   * The manifest begins with `c2pa.opened`, holds the original's credentials, and ends with
   * `c2pa.converted` if the formats differ, else `c2pa.transcoded`, unless `actions` has one of these
   * or `c2pa.repackaged`. A manifest store that was copied into the derivative is left out.
   *
   * @param {Blob} blob The derivative.
   * @param {Blob | object} original What it was made from: the file, which is not sent, with its
   *   credentials inside; or an `Ingredient` with a `manifestStore` or a `manifestUrl`.
   * @param {string} policyId The policy to sign under.
   * @param {(string | object)[]} actions What was done, in order, such as `c2pa.resized.proportional`;
   *   an object for an action that needs more, such as `c2pa.cropped` with its `digitalSourceType`.
   * @param {{tsa?: boolean, title?: string, ingredients?: object[], signal?: AbortSignal}} [options] As
   *   of `embed`; further ingredients follow the original.
   * @returns {Promise<object>} As of `embed`.
   * @throws {AssetLayoutError} No manifest can be embedded in the derivative, or the original is
   *   damaged; nothing was signed.
   * @throws {RefusedError} The server answered with an error.
   * @throws {UnreachableError} No answer arrived.
   */
  async derive(blob, original, policyId, actions, { ingredients = [], ...options } = {}) {
    const embedding = await this.#embedding();
    const parent = original instanceof Blob ? await parentOf(embedding, original) : original;
    const { mediaType } = await embedding.storeOf(blob);
    const made = { ingredients: [{ ...parent, relationship: "parentOf" }, ...ingredients] };
    const said = history(parent.format, mediaType, actions);
    return this.embed(blob, policyId, said, { ...options, ...made, replaceStore: true });
  }

  /** Asks for the size of a store by announcing one that is too small. */
  async #neededBytes(fields, made, usualBytes) {
    try {
      await this.#sign({ ...fields, asset_sha256: "0".repeat(64) }, made);
    } catch (failure) {
      if (!isRefusedForSize(failure, 0)) throw failure;
      return failure.storeBytes;
    }
    return usualBytes;
  }

  /** Loads embed.wasm once; after a failure, the next call tries again. */
  async #embedding() {
    this.#module ??= EmbedModule.load(this.#source);
    try {
      return await this.#module;
    } catch (failure) {
      this.#module = null;
      throw failure;
    }
  }

  async #sign(fields, { ingredients, signal }) {
    const body = await requestBody(fields, ingredients, (store) => this.#upload(store, signal));
    const answer = await this.#request(this.#endpoint, body, signal);
    const { document } = answer;
    try {
      return {
        manifest: Uint8Array.from(atob(text(document.manifest)), (letter) => letter.charCodeAt(0)),
        manifestUrl: text(document.manifest_url),
        signingMode: text(document.signing_mode),
        kmsKeyId: text(document.kms_key_id),
        tsaTokenUrl: document.tsa_token_url ?? null,
        requestId: answer.headers.get("X-Request-ID"),
      };
    } catch {
      throw this.#unexpected(answer);
    }
  }

  /** Uploads a manifest store that is too large for a request; gives null if none is taken. */
  async #upload(manifestStore, signal) {
    let answer;
    try {
      answer = await this.#request(this.#uploads, "{}", signal);
    } catch (failure) {
      // A request that is too long says so itself.
      if (failure instanceof RefusedError && failure.code === "VERIFICATION_DISABLED") return null;
      throw failure;
    }
    const { upload_id: uploadId, url, fields } = answer.document ?? {};
    if (typeof url !== "string" || typeof uploadId !== "string") throw this.#unexpected(answer);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value);
    form.append("file", new Blob([manifestStore]));
    const { status } = await sent(url, { body: form }, signal);
    if (status > 299) throw new RefusedError(`${status} for an upload to ${url}`, { status });
    return uploadId;
  }

  /** Sends one request until it succeeds or patience ends; its key makes it one signature. */
  async #request(endpoint, body, signal) {
    const headers = new Headers(this.#headers);
    headers.set("Idempotency-Key", await newKey());
    const giveUpMs = Date.now() + this.#patienceMs;
    let longestMs = FIRST_DELAY_MS;
    for (;;) {
      let failure;
      try {
        const answer = await sent(endpoint, { headers, body }, signal);
        if (answer.status === 200) return answer;
        failure = this.#refusal(answer);
        if (!failure.mayPass) throw failure;
      } catch (thrown) {
        if (!(thrown instanceof UnreachableError)) throw thrown;
        failure = thrown;
      }
      // A server that says "at once" is not asked without a pause either.
      const delayMs = Math.max((failure.retryAfterS ?? 0) * 1000, Math.random() * longestMs);
      longestMs = Math.min(LONGEST_DELAY_MS, longestMs * 2);
      if (Date.now() + delayMs > giveUpMs) throw failure;
      await wait(delayMs, signal);
    }
  }

  #refusal(answer) {
    const { status, document } = answer;
    if (typeof document?.message !== "string") return this.#unexpected(answer);
    const { code, message, store_bytes: storeBytes } = document;
    return new RefusedError(`${[status, code].join(" ").trim()}: ${message}`, {
      ...{ status, code, retryAfterS: retryAfterS(answer) },
      storeBytes: Number.isInteger(storeBytes) ? storeBytes : undefined,
      requestId: answer.headers.get("X-Request-ID"),
    });
  }

  #unexpected(answer) {
    const { status } = answer;
    const told = `${this.#endpoint} is not an Edge Signer API (status ${status})`;
    return new RefusedError(told, { status, retryAfterS: retryAfterS(answer) });
  }
}

/** Sends one request, and reads its answer. */
async function sent(place, request, signal) {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  const tooLong = setTimeout(stop, ANSWER_WITHIN_MS);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stop);
  try {
    const answer = await fetch(place, { method: "POST", ...request, signal: stopped.signal });
    // Here, because reading the body may fail or take too long just as well.
    const document = documentOf(await answer.text());
    return { status: answer.status, headers: answer.headers, document };
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

/** Makes a file in memory the parent of its derivative. */
async function parentOf(embedding, original) {
  const { mediaType, manifestStore } = await embedding.storeOf(original);
  return { manifestStore: manifestStore ?? undefined, format: mediaType, title: original.name };
}

/** Whether the server names a size that a request can announce, and that has not been tried. */
function isRefusedForSize(failure, triedBytes) {
  if (!(failure instanceof RefusedError) || failure.storeBytes === null) return false;
  return triedBytes < failure.storeBytes && failure.storeBytes <= MOST_STORE_BYTES;
}

function text(value) {
  if (typeof value !== "string") throw new TypeError("a text is missing");
  return value;
}

/** Reads JSON; null if it is none. */
function documentOf(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function retryAfterS(answer) {
  const told = answer.headers.get("Retry-After") ?? "";
  return /^[0-9]+$/.test(told) ? Number(told) : undefined;
}

/** Makes an Idempotency-Key. */
async function newKey() {
  // Node 18 has no global of this name.
  const ofNode = "node:crypto";
  const crypto = globalThis.crypto ?? (await import(/* webpackIgnore: true */ /* @vite-ignore */ ofNode));
  return crypto.randomUUID();
}

function wait(delayMs, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
