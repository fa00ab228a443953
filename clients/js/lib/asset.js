// A file as this client reads it: in parts, each asked for once it is needed.
import { AssetLayoutError } from "./errors.js";
export const BLOCK_BYTES = 1024 * 1024;
/** Reads a part of a file, which must not be empty. */
export async function bytesOf(asset, offset, length) {
    const bytes = new Uint8Array(await asset.slice(offset, offset + length).arrayBuffer());
    if (length === 0 || bytes.length !== length) {
        throw new AssetLayoutError("Truncated", "the file became shorter while it was read");
    }
    return bytes;
}
/** Reads a file front to back, a block at a time. */
export class BlockReader {
    #asset;
    #start = 0;
    #block = new Uint8Array(0);
    constructor(asset) {
        this.#asset = asset;
    }
    /** Gives the bytes from one place to another, or only the first of them. */
    async some(start, end) {
        if (start < this.#start || start >= this.#start + this.#block.length)
            await this.#readFrom(start);
        return this.#block.subarray(start - this.#start, end - this.#start);
    }
    /** Gives all the bytes from one place to another, which are no more than a block. */
    async exactly(start, end) {
        if (start < this.#start || end > this.#start + this.#block.length)
            await this.#readFrom(start);
        return this.#block.subarray(start - this.#start, end - this.#start);
    }
    async #readFrom(start) {
        const length = Math.min(BLOCK_BYTES, this.#asset.size - start);
        this.#block = await bytesOf(this.#asset, start, length);
        this.#start = start;
    }
}
/** Puts a Blob together; bytes are handed over to the browser a block at a time. */
export class Composition {
    #parts = [];
    #bytes = [];
    #bytesLength = 0;
    append(bytes) {
        this.#bytes.push(bytes.slice());
        this.#bytesLength += bytes.length;
        if (this.#bytesLength >= BLOCK_BYTES)
            this.#handOver();
    }
    appendBlob(blob) {
        this.#handOver();
        this.#parts.push(blob);
    }
    blob(type) {
        this.#handOver();
        return new Blob(this.#parts, { type });
    }
    #handOver() {
        if (this.#bytesLength > 0)
            this.#parts.push(new Blob(this.#bytes));
        this.#bytes = [];
        this.#bytesLength = 0;
    }
}
