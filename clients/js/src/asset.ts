// A file as this client reads it: in parts, each asked for once it is needed.

import { AssetLayoutError } from "./errors.js";

export const BLOCK_BYTES = 1024 * 1024;

/** A file that is read in parts. Every `Blob` and `File` is one; `edge-signer-client/node` opens others. */
export interface Asset {
  /** Its length in bytes. */
  readonly size: number;
  /** Its bytes from `start` to before `end`, which are read when `arrayBuffer` is called. */
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Reads a part of a file, which must not be empty. */
export async function bytesOf(asset: Asset, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await asset.slice(offset, offset + length).arrayBuffer());
  if (length === 0 || bytes.length !== length) {
    throw new AssetLayoutError("Truncated", "the file became shorter while it was read");
  }
  return bytes;
}

/** Reads a file front to back, a block at a time. */
export class BlockReader {
  readonly #asset: Asset;
  #start = 0;
  #block = new Uint8Array(0);

  constructor(asset: Asset) {
    this.#asset = asset;
  }

  /** Gives the bytes from one place to another, or only the first of them. */
  async some(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (start < this.#start || start >= this.#start + this.#block.length) await this.#readFrom(start);
    return this.#block.subarray(start - this.#start, end - this.#start);
  }

  /** Gives all the bytes from one place to another, which are no more than a block. */
  async exactly(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (start < this.#start || end > this.#start + this.#block.length) await this.#readFrom(start);
    return this.#block.subarray(start - this.#start, end - this.#start);
  }

  async #readFrom(start: number): Promise<void> {
    const length = Math.min(BLOCK_BYTES, this.#asset.size - start);
    this.#block = await bytesOf(this.#asset, start, length);
    this.#start = start;
  }
}

/** Puts a Blob together; bytes are handed over to the browser a block at a time. */
export class Composition {
  readonly #parts: Blob[] = [];
  #bytes: Uint8Array<ArrayBuffer>[] = [];
  #bytesLength = 0;

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes.push(bytes.slice());
    this.#bytesLength += bytes.length;
    if (this.#bytesLength >= BLOCK_BYTES) this.#handOver();
  }

  appendBlob(blob: Blob): void {
    this.#handOver();
    this.#parts.push(blob);
  }

  blob(type: string): Blob {
    this.#handOver();
    return new Blob(this.#parts, { type });
  }

  #handOver(): void {
    if (this.#bytesLength > 0) this.#parts.push(new Blob(this.#bytes));
    this.#bytes = [];
    this.#bytesLength = 0;
  }
}
