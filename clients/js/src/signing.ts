// One signature: how large its store will be, where it goes, and the request that makes it.

import type { Asset } from "./asset.js";
import { fromBase64, toBase64 } from "./base64.js";
import { type Connection, membersOf, textOf } from "./connection.js";
import { RefusedError } from "./errors.js";
import { bytesHeld, requestBody } from "./ingredients.js";
import type { AssetLayout, EmbedMember } from "./layout.js";
import type { EmbedModule } from "./module.js";
import { type Meter, serverTiming } from "./progress.js";
import type { EmbeddingOptions, Signature, SignedDigest, SigningOptions } from "./signed.js";

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
const SIGN = "/edge-sign";
const UPLOADS = "/verify/uploads";

/** What is signed: a digest, and where in the file the manifest goes. */
export interface Signed {
  asset_sha256: string;
  manifest_id?: string | undefined;
  embed?: EmbedMember | undefined;
}

/** A signature that has its place in a file. */
export interface Placed extends Signature {
  layout: AssetLayout;
  manifestStore: Uint8Array<ArrayBuffer>;
}

/** Signs over a connection, and remembers how large stores become. */
export class Signing {
  readonly #connection: Connection;
  // What fitted, by policy, time-stamp and length of the assertions.
  readonly #storeBytes = new Map<string, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Signs a file with room for the store inside it; the caller writes it. */
  async place(
    embedding: EmbedModule,
    asset: Asset,
    policyId: string,
    assertions: Record<string, unknown>,
    options: EmbeddingOptions,
    meter: Meter,
  ): Promise<Placed> {
    const { replaceStore, signal, title, tsa, thumbnail, ingredients = [] } = options;
    const layOut = (storeBytes: number) =>
      meter.during("layOut", asset.size, () => embedding.layOut(asset, storeBytes, { replaceStore }));
    const held = bytesHeld(ingredients) + (thumbnail?.content.length ?? 0);
    // Assertions of about the same length make stores of about the same size.
    const length = JSON.stringify([assertions, title]).length + held;
    const kind = JSON.stringify([policyId, tsa, Math.floor(length / SIZES_APART)]);
    let storeBytes = this.#storeBytes.get(kind);
    if (storeBytes === undefined) {
      storeBytes = USUAL_STORE_BYTES + held;
      if (asset.size > SMALL_ASSET_BYTES) {
        const { embed } = await layOut(NO_STORE_BYTES);
        const asking = this.sign({ asset_sha256: "0".repeat(64), embed }, policyId, assertions, options, meter);
        storeBytes = (await askedSize(asking)) ?? storeBytes;
      }
    }
    for (let round = 1; ; round += 1) {
      const layout = await layOut(storeBytes);
      const onBytes = (doneBytes: number) => meter.tell("hash", doneBytes, layout.hashedBytes);
      const digest = await meter.timed("hash", () => layout.digest({ signal, onBytes }));
      try {
        const { embed } = layout;
        const signature = await this.sign({ asset_sha256: digest, embed }, policyId, assertions, options, meter);
        this.#storeBytes.set(kind, storeBytes);
        return { ...signature, layout };
      } catch (failure) {
        if (round === MOST_ROUNDS || !isRefusedForSize(failure, storeBytes)) throw failure;
        storeBytes = failure.storeBytes;
      }
    }
  }

  /** Sends a request to sign. */
  async sign(
    signed: Signed,
    policyId: string,
    assertions: Record<string, unknown>,
    { ingredients = [], thumbnail, title, tsa, signal }: SigningOptions,
    meter: Meter,
  ): Promise<SignedDigest> {
    const small = thumbnail && { format: thumbnail.format, content: toBase64(thumbnail.content) };
    const fields = { policy_id: policyId, assertions, tsa, title, thumbnail: small, ...signed };
    const onSent = (bytes: number) => (meter.sentBytes += bytes);
    const upload = (store: Uint8Array) => this.#upload(store, signal, meter);
    const answer = await meter.timed("sign", async () => {
      const body = await requestBody(fields, ingredients, upload);
      const { length: bodyBytes } = new TextEncoder().encode(body);
      meter.tell("sign", 0, bodyBytes);
      const answered = await this.#connection.request({ path: SIGN, body, isKeyed: true, signal, onSent });
      meter.tell("sign", bodyBytes, bodyBytes);
      return answered;
    });
    meter.serverSteps = serverTiming(answer.headers);
    const document = membersOf(answer.document) ?? {};
    try {
      const stamped = document["tsa_token_url"];
      return {
        manifestStore: fromBase64(textOf(document["manifest"])),
        manifestUrl: textOf(document["manifest_url"]),
        signingMode: textOf(document["signing_mode"]),
        kmsKeyId: textOf(document["kms_key_id"]),
        tsaTokenUrl: stamped === undefined || stamped === null ? null : textOf(stamped),
        requestId: answer.headers.get("X-Request-ID"),
        ...meter.cost(),
      };
    } catch {
      throw this.#connection.unexpected(answer, SIGN);
    }
  }

  /** Uploads a manifest store that is too large for a request; gives null if none is taken. */
  async #upload(manifestStore: Uint8Array, signal: AbortSignal | undefined, meter: Meter): Promise<string | null> {
    const onSent = (bytes: number) => (meter.sentBytes += bytes);
    let answer;
    try {
      answer = await this.#connection.request({ path: UPLOADS, body: "{}", isKeyed: true, signal, onSent });
    } catch (failure) {
      // A request that is too long says so itself.
      if (failure instanceof RefusedError && failure.code === "VERIFICATION_DISABLED") return null;
      throw failure;
    }
    const { upload_id: uploadId, url, fields } = membersOf(answer.document) ?? {};
    if (typeof url !== "string" || typeof uploadId !== "string") throw this.#connection.unexpected(answer, UPLOADS);
    const form = new FormData();
    for (const [name, value] of Object.entries(membersOf(fields) ?? {})) form.append(name, String(value));
    form.append("file", new Blob([Uint8Array.from(manifestStore)]));
    onSent(manifestStore.length);
    await this.#connection.upload(url, form, signal);
    return uploadId;
  }
}

/** Gives the size that a store needs, which an announcement that is too small is refused with. */
async function askedSize(asking: Promise<unknown>): Promise<number | undefined> {
  try {
    await asking;
    return undefined;
  } catch (failure) {
    if (!isRefusedForSize(failure, 0)) throw failure;
    return failure.storeBytes;
  }
}

/** Whether the server names a size that a request can announce, and that has not been tried. */
function isRefusedForSize(failure: unknown, triedBytes: number): failure is RefusedError & { storeBytes: number } {
  if (!(failure instanceof RefusedError) || failure.storeBytes === null) return false;
  return triedBytes < failure.storeBytes && failure.storeBytes <= MOST_STORE_BYTES;
}
