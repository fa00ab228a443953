// An instance of embed.wasm: its memory, what it wants to read, and the plan that it makes.

import { type Asset, bytesOf } from "./asset.js";
import { AssetLayoutError } from "./errors.js";

const WANTS_BYTES = 1;
const FAILED = 2;
const STEP_BYTES = 32;
const EXTENT_BYTES = 16;

export const Kind = { COPY: 0, LITERAL: 1, HOLE: 2, SHIFT: 3 } as const;
export const Flag = { WRITE: 1, HASH: 2 } as const;

/** What embed.wasm exports; wasm_embed/src/embed.zig describes it. */
export interface Exports {
  memory: WebAssembly.Memory;
  window(): number;
  window_capacity(): number;
  state(): number;
  begin(assetLength: bigint, storeLength: number): void;
  begin_replacing(assetLength: bigint, storeLength: number): void;
  begin_seeking(assetLength: bigint): void;
  advance(provided: number): number;
  store_buffer(length: number): number;
  fill(): bigint;
  shift(length: number, width: number, stride: number): number;
  hash_begin(): void;
  hash_update(length: number): void;
  hash_end(): void;
}

/** What `advance` found, as `State` in embed.zig; texts are an address and a length. */
export interface State {
  wantOffset: number;
  wantLength: number;
  stepCount: number;
  steps: number;
  mediaType: [number, number];
  errorName: [number, number];
  message: [number, number];
  excludesBoxes: boolean;
  signedBytes: number;
  holeOffset: number;
  holeBytes: number;
  earlier: number;
  earlierCount: number;
  earlierIsBase64: boolean;
}

/** A step of a plan, as `Step` in wasm_embed/src/plan.zig. */
export interface Step {
  kind: number;
  flags: number;
  width: number;
  stride: number;
  offset: number;
  length: number;
}

/** An instance of embed.wasm, with a memory of its own. */
export class Instance {
  readonly exports: Exports;
  readonly window: number;
  readonly windowBytes: number;

  static async of(module: WebAssembly.Module): Promise<Instance> {
    const { exports } = await WebAssembly.instantiate(module);
    return new Instance(exports as unknown as Exports);
  }

  private constructor(exports: Exports) {
    this.exports = exports;
    this.window = exports.window();
    this.windowBytes = exports.window_capacity();
  }

  /** Supplies the bytes that the module wants until it is done; gives what it found. */
  async advance(asset: Asset): Promise<State> {
    let status = this.exports.advance(0);
    while (status === WANTS_BYTES) {
      const { wantOffset, wantLength } = this.state();
      this.write(this.window, await bytesOf(asset, wantOffset, wantLength));
      status = this.exports.advance(wantLength);
    }
    const state = this.state();
    if (status === FAILED) throw new AssetLayoutError(this.text(...state.errorName), this.text(...state.message));
    return state;
  }

  /** Where an earlier store stands in the file: pairs of an offset and a length. */
  earlier({ earlier, earlierCount }: State): [number, number][] {
    const view = new DataView(this.exports.memory.buffer, earlier, earlierCount * EXTENT_BYTES);
    return Array.from({ length: earlierCount }, (_, index) => {
      const at = index * EXTENT_BYTES;
      return [whole(view.getBigUint64(at, true)), whole(view.getBigUint64(at + 8, true))];
    });
  }

  /** Copies bytes out: memory that grows takes its old views away. */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer, at, length).slice();
  }

  write(at: number, bytes: Uint8Array): void {
    new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.read(at, length));
  }

  state(): State {
    const view = new DataView(this.exports.memory.buffer, this.exports.state());
    const word = (at: number) => view.getUint32(at, true);
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

  /** Gives the steps of the plan. */
  *steps({ steps, stepCount }: State): Generator<Step> {
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

/** Makes a Number of 64 bits; places that no Number holds exactly are refused. */
function whole(bits: bigint): number {
  if (bits > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new AssetLayoutError("FileTooLarge", "the file is too large for a page");
  }
  return Number(bits);
}
