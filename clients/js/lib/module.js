// embed.wasm, which knows where each format carries a manifest store (C2PA 2.2 annex A).
import { fromBase64 } from "./base64.js";
import { AssetLayoutError } from "./errors.js";
import { Instance } from "./instance.js";
import { inspectable } from "./inspectable.js";
import { AssetLayout } from "./layout.js";
// More than any file needs; a store is held in memory.
const MOST_STORE_BYTES = 16 * 1024 * 1024;
/** The compiled embed.wasm, which lays out any number of files. */
export class EmbedModule {
    #module;
    /** @param module What embed.wasm was compiled to. */
    constructor(module) {
        this.#module = module;
    }
    /**
     * Loads and compiles embed.wasm.
     *
     * @param source Its bytes, or where they are; usually beside this file.
     */
    static async load(source = new URL("./embed.wasm", import.meta.url)) {
        const isPlace = typeof source === "string" || source instanceof URL;
        return new EmbedModule(await WebAssembly.compile(isPlace ? await bytesAt(source) : source));
    }
    /**
     * Finds where a file carries a manifest store of one size. It reads headers only.
     *
     * @param asset The file.
     * @param storeBytes Exact size of the manifest store.
     * @throws {AssetLayoutError} The file is damaged, already signed, or of a format that is not supported.
     */
    async layOut(asset, storeBytes, { replaceStore = false } = {}) {
        if (!Number.isInteger(storeBytes) || storeBytes < 0 || storeBytes > 0xffffffff) {
            throw new RangeError(`storeBytes is a number of bytes, not ${storeBytes}`);
        }
        const instance = await Instance.of(this.#module);
        const begin = replaceStore ? "begin_replacing" : "begin";
        instance.exports[begin](BigInt(asset.size), storeBytes);
        const state = await instance.advance(asset);
        return new AssetLayout(this.#module, instance, state, asset, storeBytes);
    }
    /**
     * Takes out of a file what its credentials are judged by, so that the file need not be sent.
     *
     * @param asset The file. It is hashed if it carries credentials.
     * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
     */
    async inspectable(asset, options = {}) {
        return inspectable(this, asset, options);
    }
    /**
     * Reads the manifest store that a file carries; nothing is validated.
     *
     * @param asset The file.
     * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
     */
    async storeOf(asset) {
        const instance = await Instance.of(this.#module);
        instance.exports.begin_seeking(BigInt(asset.size));
        const state = await instance.advance(asset);
        const mediaType = instance.text(...state.mediaType);
        const extents = instance.earlier(state);
        if (extents.length === 0)
            return { mediaType, manifestStore: null };
        if (extents.reduce((sum, [, length]) => sum + length, 0) > MOST_STORE_BYTES) {
            throw new AssetLayoutError("StoreTooLarge", "the manifest store in the file is too large");
        }
        const parts = [];
        for (const [offset, length] of extents)
            parts.push(await asset.slice(offset, offset + length).arrayBuffer());
        const content = new Blob(parts);
        const bytes = state.earlierIsBase64
            ? decoded(await content.text())
            : new Uint8Array(await content.arrayBuffer());
        return { mediaType, manifestStore: withoutPadding(bytes) };
    }
}
/** Reads base64, or nothing: then it is no manifest store. */
function decoded(text) {
    try {
        return fromBase64(text);
    }
    catch {
        return new Uint8Array(0);
    }
}
/** Gives the box at the beginning: some writers leave room behind it. */
function withoutPadding(bytes) {
    const length = bytes.length > 8 ? new DataView(bytes.buffer).getUint32(0) : 0;
    const isBox = length > 8 && length <= bytes.length && String.fromCharCode(...bytes.slice(4, 8)) === "jumb";
    if (!isBox)
        throw new AssetLayoutError("Malformed", "the manifest store in the file is damaged");
    return bytes.slice(0, length);
}
async function bytesAt(place) {
    const url = String(place);
    if (url.startsWith("file:")) {
        // By a variable, so that what bundles a page does not look for Node's modules.
        const files = "node:fs/promises";
        const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ files);
        return readFile(new URL(url));
    }
    const answer = await fetch(url);
    if (!answer.ok)
        throw new Error(`${url} cannot be read: status ${answer.status}`);
    return answer.arrayBuffer();
}
