// embed.wasm, which knows where each format carries a manifest store (C2PA 2.2 annex A).

import type { Asset } from "./asset.js";
import { fromBase64 } from "./base64.js";
import { AssetLayoutError } from "./errors.js";
import { Instance } from "./instance.js";
import { type Inspectable, inspectable } from "./inspectable.js";
import { AssetLayout, type DigestOptions } from "./layout.js";

// More than any file needs; a store is held in memory.
const MOST_STORE_BYTES = 16 * 1024 * 1024;

/** How a file is laid out. */
export interface LayoutOptions {
  /** Whether a manifest store that the file carries already is left out. */
  replaceStore?: boolean | undefined;
}

/** The manifest store that a file carries. */
export interface CarriedStore {
  /** What the file is, judged by its content. */
  mediaType: string;
  /** The store; null for none. */
  manifestStore: Uint8Array<ArrayBuffer> | null;
}

/** The compiled embed.wasm, which lays out any number of files. */
export class EmbedModule {
  readonly #module: WebAssembly.Module;

  /** @param module What embed.wasm was compiled to. */
  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /**
   * Loads and compiles embed.wasm.
   *
   * @param source Its bytes, or where they are; usually beside this file.
   */
  static async load(source: BufferSource | URL | string = new URL("./embed.wasm", import.meta.url)): Promise<EmbedModule> {
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
  async layOut(asset: Asset, storeBytes: number, { replaceStore = false }: LayoutOptions = {}): Promise<AssetLayout> {
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
  async inspectable(asset: Asset, options: DigestOptions = {}): Promise<Inspectable> {
    return inspectable(this, asset, options);
  }

  /**
   * Reads the manifest store that a file carries; nothing is validated.
   *
   * @param asset The file.
   * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
   */
  async storeOf(asset: Asset): Promise<CarriedStore> {
    const instance = await Instance.of(this.#module);
    instance.exports.begin_seeking(BigInt(asset.size));
    const state = await instance.advance(asset);
    const mediaType = instance.text(...state.mediaType);
    const extents = instance.earlier(state);
    if (extents.length === 0) return { mediaType, manifestStore: null };
    if (extents.reduce((sum, [, length]) => sum + length, 0) > MOST_STORE_BYTES) {
      throw new AssetLayoutError("StoreTooLarge", "the manifest store in the file is too large");
    }
    const parts: ArrayBuffer[] = [];
    for (const [offset, length] of extents) parts.push(await asset.slice(offset, offset + length).arrayBuffer());
    const content = new Blob(parts);
    const bytes = state.earlierIsBase64
      ? decoded(await content.text())
      : new Uint8Array(await content.arrayBuffer());
    return { mediaType, manifestStore: withoutPadding(bytes) };
  }
}

/** Reads base64, or nothing: then it is no manifest store. */
function decoded(text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array(0);
  }
}

/** Gives the box at the beginning: some writers leave room behind it. */
function withoutPadding(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = bytes.length > 8 ? new DataView(bytes.buffer).getUint32(0) : 0;
  const isBox = length > 8 && length <= bytes.length && String.fromCharCode(...bytes.slice(4, 8)) === "jumb";
  if (!isBox) throw new AssetLayoutError("Malformed", "the manifest store in the file is damaged");
  return bytes.slice(0, length);
}

async function bytesAt(place: URL | string): Promise<BufferSource> {
  const url = String(place);
  if (url.startsWith("file:")) {
    // By a variable, so that what bundles a page does not look for Node's modules.
    const files = "node:fs/promises";
    const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ files);
    return readFile(new URL(url));
  }
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} cannot be read: status ${answer.status}`);
  return answer.arrayBuffer();
}
