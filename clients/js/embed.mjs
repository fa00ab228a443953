// Where a file carries its manifest store, and the file with it, in a page or in Node.
//
// embed.wasm knows the formats: it reads a few headers and gives a plan (C2PA 2.2 annex A). Here the
// plan is carried out on a Blob: hashed block by block, and signed as a Blob that refers to the
// original's bytes. No file is ever in memory as a whole.

const BLOCK_BYTES = 1024 * 1024;
// Shorter parts are copied: a Blob of very many parts takes longer than their bytes.
const SLICED_FROM_BYTES = 4096;
const WANTS_BYTES = 1;
const FAILED = 2;
const [COPY, LITERAL, HOLE, SHIFT] = [0, 1, 2, 3];
const [WRITE, HASH] = [1, 2];
const STEP_BYTES = 32;
const EXTENT_BYTES = 16;
// More than any file needs; a store is held in memory.
const MOST_STORE_BYTES = 16 * 1024 * 1024;

/** No manifest store can be embedded in this file. */
export class AssetLayoutError extends Error {
  /**
   * @param {string} name What is wrong, as one word such as AlreadySigned, Truncated or UnknownFormat.
   * @param {string} message The same in a sentence, without the file's name.
   */
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

/** The compiled embed.wasm, which lays out any number of files. */
export class EmbedModule {
  #module;

  /** @param {WebAssembly.Module} module What embed.wasm was compiled to. */
  constructor(module) {
    this.#module = module;
  }

  /**
   * Loads and compiles embed.wasm.
   *
   * @param {BufferSource | URL | string} [source] Its bytes, or where they are; usually beside this file.
   * @returns {Promise<EmbedModule>}
   */
  static async load(source = new URL("./embed.wasm", import.meta.url)) {
    const isPlace = typeof source === "string" || source instanceof URL;
    return new EmbedModule(await WebAssembly.compile(isPlace ? await bytesAt(source) : source));
  }

  /**
   * Finds where a file carries a manifest store of one size. It reads headers only.
   *
   * @param {Blob} blob The file.
   * @param {number} storeBytes Exact size of the manifest store.
   * @param {{replaceStore?: boolean}} [options] Whether a manifest store that the file carries already
   *   is left out.
   * @returns {Promise<AssetLayout>}
   * @throws {AssetLayoutError} The file is damaged, already signed, or of a format that is not supported.
   */
  async layOut(blob, storeBytes, { replaceStore = false } = {}) {
    if (!Number.isInteger(storeBytes) || storeBytes < 0 || storeBytes > 0xffffffff) {
      throw new RangeError(`storeBytes is a number of bytes, not ${storeBytes}`);
    }
    const instance = await Instance.of(this.#module);
    const begin = replaceStore ? "begin_replacing" : "begin";
    instance.exports[begin](BigInt(blob.size), storeBytes);
    const state = await instance.advance(blob);
    return new AssetLayout(this.#module, instance, state, blob, storeBytes);
  }

  /**
   * Reads the manifest store that a file carries; nothing is validated.
   *
   * @param {Blob} blob The file.
   * @returns {Promise<{mediaType: string, manifestStore: Uint8Array | null}>} What the file is, judged
   *   by its content, and its manifest store; null for none.
   * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
   */
  async storeOf(blob) {
    const instance = await Instance.of(this.#module);
    instance.exports.begin_seeking(BigInt(blob.size));
    const state = await instance.advance(blob);
    const mediaType = instance.text(...state.mediaType);
    const parts = instance.earlier(state).map(([offset, length]) => blob.slice(offset, offset + length));
    if (parts.length === 0) return { mediaType, manifestStore: null };
    const content = new Blob(parts);
    if (content.size > MOST_STORE_BYTES) {
      throw new AssetLayoutError("StoreTooLarge", "the manifest store in the file is too large");
    }
    const bytes = state.earlierIsBase64
      ? decoded(await content.text())
      : new Uint8Array(await content.arrayBuffer());
    return { mediaType, manifestStore: withoutPadding(bytes) };
  }
}

/** The plan for one file and a manifest store of one size; `EmbedModule.layOut` makes it. */
export class AssetLayout {
  #module;
  #instance;
  #state;
  #blob;

  constructor(module, instance, state, blob, storeBytes) {
    this.#module = module;
    this.#instance = instance;
    this.#state = state;
    this.#blob = blob;
    /** What the file is, judged by its content. */
    this.mediaType = instance.text(...state.mediaType);
    /** Size of the manifest store. */
    this.storeBytes = storeBytes;
    /** Where the hole begins in the signed file. */
    this.holeOffset = state.holeOffset;
    /** Size of the hole: the store and what the format puts around it. */
    this.holeBytes = state.holeBytes;
    /** Size of the signed file. */
    this.signedBytes = state.signedBytes;
  }

  /** The `embed` member of a request to POST /edge-sign. */
  get embed() {
    const place = { format: this.mediaType, store_bytes: this.storeBytes };
    return this.#state.excludesBoxes ? place : { ...place, offset: this.holeOffset };
  }

  /**
   * Hashes what the hard binding covers, block by block.
   *
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<string>} `asset_sha256` for the request: 64 hexadecimal digits.
   * @throws {AssetLayoutError} The file has no room for places behind the store (4 GiB in older formats).
   */
  async digest({ signal } = {}) {
    // An instance of its own: others may lay out or hash between two blocks.
    const hashing = await Instance.of(this.#module);
    const reader = new BlockReader(this.#blob);
    hashing.exports.hash_begin();
    for (const step of this.#instance.steps(this.#state)) {
      if ((step.flags & HASH) === 0) continue;
      for await (const part of this.#parts(step, reader)) {
        signal?.throwIfAborted();
        for (let at = 0; at < part.length; at += hashing.windowBytes) {
          const windowful = part.subarray(at, at + hashing.windowBytes);
          hashing.write(hashing.window, windowful);
          hashing.exports.hash_update(windowful.length);
        }
      }
    }
    hashing.exports.hash_end();
    const digest = hashing.read(hashing.window, 32);
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /**
   * Composes the signed file. It refers to the original's bytes, which are read when it is read.
   *
   * @param {Uint8Array} manifestStore Exactly `storeBytes` bytes.
   * @returns {Promise<Blob>}
   * @throws {AssetLayoutError} The store has another size, or the file has no room for places behind it.
   */
  async signedBlob(manifestStore) {
    const filling = this.#filled(manifestStore);
    const reader = new BlockReader(this.#blob);
    const signed = new Composition();
    for (const step of this.#writtenSteps()) {
      if (step.kind === HOLE) {
        signed.append(filling);
      } else if (step.kind === COPY && step.length >= SLICED_FROM_BYTES) {
        signed.appendBlob(this.#blob.slice(step.offset, step.offset + step.length));
      } else {
        for await (const part of this.#parts(step, reader)) signed.append(part);
      }
    }
    return signed.blob(this.mediaType);
  }

  #filled(manifestStore) {
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
  *#writtenSteps() {
    let copied = null;
    for (const step of this.#instance.steps(this.#state)) {
      if ((step.flags & WRITE) === 0) continue;
      if (copied !== null && step.kind === COPY && step.offset === copied.offset + copied.length) {
        copied.length += step.length;
        continue;
      }
      if (copied !== null) yield copied;
      copied = step.kind === COPY ? step : null;
      if (copied === null) yield step;
    }
    if (copied !== null) yield copied;
  }

  /** Gives the bytes that a step takes; a part is to be used before the next is asked for. */
  async *#parts(step, reader) {
    if (step.kind === LITERAL) {
      yield this.#instance.read(step.offset, step.length);
      return;
    }
    const end = step.offset + step.length;
    for (let at = step.offset; at < end; ) {
      const part =
        step.kind === SHIFT ? await this.#moved(step, at, end, reader) : await reader.some(at, end);
      at += part.length;
      yield part;
    }
  }

  /** Reads a part of a table, in which the module moves what lies behind the hole. */
  async #moved(step, at, end, reader) {
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

/** An instance of embed.wasm, with a memory of its own. */
class Instance {
  static async of(module) {
    return new Instance((await WebAssembly.instantiate(module)).exports);
  }

  constructor(exports) {
    this.exports = exports;
    this.window = exports.window();
    this.windowBytes = exports.window_capacity();
  }

  /** Supplies the bytes that the module wants until it is done; gives what it found. */
  async advance(blob) {
    let status = this.exports.advance(0);
    while (status === WANTS_BYTES) {
      const { wantOffset, wantLength } = this.state();
      this.write(this.window, await bytesOf(blob, wantOffset, wantLength));
      status = this.exports.advance(wantLength);
    }
    const state = this.state();
    if (status === FAILED) throw new AssetLayoutError(this.text(...state.errorName), this.text(...state.message));
    return state;
  }

  /** Where an earlier store stands in the file: pairs of an offset and a length. */
  earlier({ earlier, earlierCount }) {
    const view = new DataView(this.exports.memory.buffer, earlier, earlierCount * EXTENT_BYTES);
    return Array.from({ length: earlierCount }, (_, index) => {
      const at = index * EXTENT_BYTES;
      return [whole(view.getBigUint64(at, true)), whole(view.getBigUint64(at + 8, true))];
    });
  }

  /** Copies bytes out: memory that grows takes its old views away. */
  read(at, length) {
    return new Uint8Array(this.exports.memory.buffer, at, length).slice();
  }

  write(at, bytes) {
    new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
  }

  text(at, length) {
    return new TextDecoder().decode(this.read(at, length));
  }

  /** What `advance` found, as `State` in wasm_embed/src/embed.zig; texts are an address and a length. */
  state() {
    const view = new DataView(this.exports.memory.buffer, this.exports.state());
    const word = (at) => view.getUint32(at, true);
    return {
      wantOffset: whole(view.getBigUint64(0, true)),
      wantLength: word(8),
      stepCount: word(12),
      steps: word(16),
      mediaType: [word(20), word(24)],
      errorName: [word(28), word(32)],
      message: [word(36), word(40)],
      excludesBoxes: word(44) === 1,
      signedBytes: whole(view.getBigUint64(48, true)),
      holeOffset: whole(view.getBigUint64(56, true)),
      holeBytes: whole(view.getBigUint64(64, true)),
      earlier: word(72),
      earlierCount: word(76),
      earlierIsBase64: word(80) === 1,
    };
  }

  /** Gives the steps of the plan, as `Step` in wasm_embed/src/plan.zig. */
  *steps({ steps, stepCount }) {
    for (let at = steps; at < steps + stepCount * STEP_BYTES; at += STEP_BYTES) {
      const view = new DataView(this.exports.memory.buffer, at, STEP_BYTES);
      yield {
        kind: view.getUint32(0, true),
        flags: view.getUint32(4, true),
        width: view.getUint32(8, true),
        stride: view.getUint32(12, true),
        offset: whole(view.getBigUint64(16, true)),
        length: whole(view.getBigUint64(24, true)),
      };
    }
  }
}

/** Reads a Blob front to back, a block at a time. */
class BlockReader {
  #blob;
  #start = 0;
  #block = new Uint8Array(0);

  constructor(blob) {
    this.#blob = blob;
  }

  /** Gives the bytes from one place to another, or only the first of them. */
  async some(start, end) {
    if (start < this.#start || start >= this.#start + this.#block.length) await this.#readFrom(start);
    return this.#block.subarray(start - this.#start, end - this.#start);
  }

  /** Gives all the bytes from one place to another, which are no more than a block. */
  async exactly(start, end) {
    if (start < this.#start || end > this.#start + this.#block.length) await this.#readFrom(start);
    return this.#block.subarray(start - this.#start, end - this.#start);
  }

  async #readFrom(start) {
    const length = Math.min(BLOCK_BYTES, this.#blob.size - start);
    this.#block = await bytesOf(this.#blob, start, length);
    this.#start = start;
  }
}

/** Puts a Blob together; bytes are handed over to the browser a block at a time. */
class Composition {
  #parts = [];
  #bytes = [];
  #bytesLength = 0;

  append(bytes) {
    this.#bytes.push(bytes.slice());
    this.#bytesLength += bytes.length;
    if (this.#bytesLength >= BLOCK_BYTES) this.#handOver();
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
    if (this.#bytesLength > 0) this.#parts.push(new Blob(this.#bytes));
    this.#bytes = [];
    this.#bytesLength = 0;
  }
}

/** Reads a part of a Blob. */
async function bytesOf(blob, offset, length) {
  const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  if (length === 0 || bytes.length !== length) {
    throw new AssetLayoutError("Truncated", "the file became shorter while it was read");
  }
  return bytes;
}

/** Reads base64, or nothing: then it is no manifest store. */
function decoded(text) {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

/** Gives the box at the beginning: some writers leave room behind it. */
function withoutPadding(bytes) {
  const length = bytes.length > 8 ? new DataView(bytes.buffer).getUint32(0) : 0;
  const isBox = length > 8 && length <= bytes.length && String.fromCharCode(...bytes.slice(4, 8)) === "jumb";
  if (!isBox) throw new AssetLayoutError("Malformed", "the manifest store in the file is damaged");
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
  if (!answer.ok) throw new Error(`${url} cannot be read: status ${answer.status}`);
  return answer.arrayBuffer();
}

/** Makes a Number of 64 bits; places that no Number holds exactly are refused. */
function whole(bits) {
  if (bits > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new AssetLayoutError("FileTooLarge", "the file is too large for a page");
  }
  return Number(bits);
}
