// Where a file carries its manifest store, and the file with it.
//
// embed.wasm gives a plan. Here the plan is carried out on a file that is read in parts: hashed block
// by block, and signed as a Blob that refers to the original's bytes, or as a stream. No file is ever
// in memory as a whole.

import { type Asset, BlockReader, bytesOf, Composition } from "./asset.js";
import { toHex } from "./base64.js";
import { AssetLayoutError } from "./errors.js";
import { Flag, Instance, Kind, type State, type Step } from "./instance.js";

// Shorter parts are copied: a Blob of very many parts takes longer than their bytes.
const SLICED_FROM_BYTES = 4096;

/** The `embed` member of a request to POST /edge-sign. */
export interface EmbedMember {
  format: string;
  store_bytes: number;
  /** Absent where the hard binding excludes boxes by their kind. */
  offset?: number;
}

/** How hashing goes on. */
export interface DigestOptions {
  /** Stops it. */
  signal?: AbortSignal | undefined;
  /** Is called after each block, with the bytes that are hashed, of `hashedBytes`. */
  onBytes?: ((doneBytes: number) => void) | undefined;
}

/** The plan for one file and a manifest store of one size; `EmbedModule.layOut` makes it. */
export class AssetLayout {
  readonly #module: WebAssembly.Module;
  readonly #instance: Instance;
  readonly #state: State;
  readonly #asset: Asset;
  /** What the file is, judged by its content. */
  readonly mediaType: string;
  /** Size of the manifest store. */
  readonly storeBytes: number;
  /** Where the hole begins in the signed file. */
  readonly holeOffset: number;
  /** Size of the hole: the store and what the format puts around it. */
  readonly holeBytes: number;
  /** Size of the signed file. */
  readonly signedBytes: number;
  /** How many bytes `digest` hashes. */
  readonly hashedBytes: number;

  /** @internal */
  constructor(module: WebAssembly.Module, instance: Instance, state: State, asset: Asset, storeBytes: number) {
    this.#module = module;
    this.#instance = instance;
    this.#state = state;
    this.#asset = asset;
    this.mediaType = instance.text(...state.mediaType);
    this.storeBytes = storeBytes;
    this.holeOffset = state.holeOffset;
    this.holeBytes = state.holeBytes;
    this.signedBytes = state.signedBytes;
    this.hashedBytes = 0;
    for (const { flags, length } of instance.steps(state)) if ((flags & Flag.HASH) !== 0) this.hashedBytes += length;
  }

  /** The `embed` member of a request to POST /edge-sign. */
  get embed(): EmbedMember {
    const place = { format: this.mediaType, store_bytes: this.storeBytes };
    return this.#state.excludesBoxes ? place : { ...place, offset: this.holeOffset };
  }

  /**
   * Hashes what the hard binding covers, block by block.
   *
   * @returns `asset_sha256` for the request: 64 hexadecimal digits.
   * @throws {AssetLayoutError} The file has no room for places behind the store (4 GiB in older formats).
   */
  async digest({ signal, onBytes }: DigestOptions = {}): Promise<string> {
    // An instance of its own: others may lay out or hash between two blocks.
    const hashing = await Instance.of(this.#module);
    const reader = new BlockReader(this.#asset);
    let doneBytes = 0;
    hashing.exports.hash_begin();
    for (const step of this.#instance.steps(this.#state)) {
      if ((step.flags & Flag.HASH) === 0) continue;
      for await (const part of this.#parts(step, reader)) {
        signal?.throwIfAborted();
        for (let at = 0; at < part.length; at += hashing.windowBytes) {
          const windowful = part.subarray(at, at + hashing.windowBytes);
          hashing.write(hashing.window, windowful);
          hashing.exports.hash_update(windowful.length);
        }
        doneBytes += part.length;
        onBytes?.(doneBytes);
      }
    }
    hashing.exports.hash_end();
    return toHex(hashing.read(hashing.window, 32));
  }

  /**
   * Composes the signed file. It refers to the original's bytes, which are read when it is read.
   *
   * @param manifestStore Exactly `storeBytes` bytes.
   * @throws {AssetLayoutError} The store has another size, or the file has no room for places behind it.
   * @throws {TypeError} The file is not a Blob; `signedStream` takes any.
   */
  async signedBlob(manifestStore: Uint8Array): Promise<Blob> {
    const asset = this.#asset;
    if (!(asset instanceof Blob)) throw new TypeError("the file is not a Blob: use signedStream");
    const filling = this.#filled(manifestStore);
    const reader = new BlockReader(asset);
    const signed = new Composition();
    for (const step of this.#writtenSteps()) {
      if (step.kind === Kind.HOLE) {
        signed.append(filling);
      } else if (step.kind === Kind.COPY && step.length >= SLICED_FROM_BYTES) {
        signed.appendBlob(asset.slice(step.offset, step.offset + step.length));
      } else {
        for await (const part of this.#parts(step, reader)) signed.append(part);
      }
    }
    return signed.blob(this.mediaType);
  }

  /**
   * Gives the signed file front to back, as it is read; the original is read at the same time.
   *
   * @param manifestStore Exactly `storeBytes` bytes.
   * @throws {AssetLayoutError} The store has another size. The stream itself fails if the file became
   *   shorter, or has no room for places behind the store.
   */
  signedStream(manifestStore: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
    const bytes = this.#signedParts(this.#filled(manifestStore));
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await bytes.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await bytes.return(undefined);
      },
    });
  }

  /**
   * Tells whether the file is already what `signedBlob` would make of it, byte by byte: then its digest
   * is that of the file as it is. It reads little but the store.
   *
   * @param manifestStore Exactly `storeBytes` bytes.
   */
  async isSigned(manifestStore: Uint8Array): Promise<boolean> {
    if (this.signedBytes !== this.#asset.size) return false;
    const filling = this.#filled(manifestStore);
    const reader = new BlockReader(this.#asset);
    let at = 0;
    for (const step of this.#writtenSteps()) {
      if (step.kind === Kind.COPY) {
        if (step.offset !== at) return false;
        at += step.length;
        continue;
      }
      for await (const part of step.kind === Kind.HOLE ? [filling] : this.#parts(step, reader)) {
        if (part.length > 0 && !isSame(part, await bytesOf(this.#asset, at, part.length))) return false;
        at += part.length;
      }
    }
    return true;
  }

  async *#signedParts(filling: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const reader = new BlockReader(this.#asset);
    for (const step of this.#writtenSteps()) {
      if (step.kind === Kind.HOLE) yield filling;
      // Copies: the reader's block is read over while the consumer still holds its parts.
      else for await (const part of this.#parts(step, reader)) yield part.slice();
    }
  }

  #filled(manifestStore: Uint8Array): Uint8Array<ArrayBuffer> {
    let filling = new Uint8Array(0);
    if (manifestStore.length === this.storeBytes) {
      this.#instance.write(this.#instance.exports.store_buffer(manifestStore.length), manifestStore);
      const filled = BigInt.asUintN(64, this.#instance.exports.fill());
      filling = this.#instance.read(Number(filled >> 32n), Number(filled & 0xffffffffn));
    }
    if (filling.length !== this.holeBytes) {
      const told = `the manifest store has ${manifestStore.length} bytes, not ${this.storeBytes}`;
      throw new AssetLayoutError("StoreLength", told);
    }
    return filling;
  }

  /** Gives the steps that write, with copies that follow each other as one. */
  *#writtenSteps(): Generator<Step> {
    let copied: Step | null = null;
    for (const step of this.#instance.steps(this.#state)) {
      if ((step.flags & Flag.WRITE) === 0) continue;
      if (copied !== null && step.kind === Kind.COPY && step.offset === copied.offset + copied.length) {
        copied.length += step.length;
        continue;
      }
      if (copied !== null) yield copied;
      copied = step.kind === Kind.COPY ? step : null;
      if (copied === null) yield step;
    }
    if (copied !== null) yield copied;
  }

  /** Gives the bytes that a step takes; a part is to be used before the next is asked for. */
  async *#parts(step: Step, reader: BlockReader): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    if (step.kind === Kind.LITERAL) {
      yield this.#instance.read(step.offset, step.length);
      return;
    }
    const end = step.offset + step.length;
    for (let at = step.offset; at < end; ) {
      const part =
        step.kind === Kind.SHIFT ? await this.#moved(step, at, end, reader) : await reader.some(at, end);
      at += part.length;
      yield part;
    }
  }

  /** Reads a part of a table, in which the module moves what lies behind the hole. */
  async #moved(step: Step, at: number, end: number, reader: BlockReader): Promise<Uint8Array<ArrayBuffer>> {
    const instance = this.#instance;
    const whole = instance.windowBytes - (instance.windowBytes % step.stride);
    const table = await reader.exactly(at, Math.min(end, at + whole));
    instance.write(instance.window, table);
    if (instance.exports.shift(table.length, step.width, step.stride) === 0) {
      const told = "the file names places that do not fit behind a manifest store";
      throw new AssetLayoutError("FileTooLarge", told);
    }
    return instance.read(instance.window, table.length);
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
