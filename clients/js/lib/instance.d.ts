import { type Asset } from "./asset.js";
export declare const Kind: {
    readonly COPY: 0;
    readonly LITERAL: 1;
    readonly HOLE: 2;
    readonly SHIFT: 3;
};
export declare const Flag: {
    readonly WRITE: 1;
    readonly HASH: 2;
};
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
export declare class Instance {
    readonly exports: Exports;
    readonly window: number;
    readonly windowBytes: number;
    static of(module: WebAssembly.Module): Promise<Instance>;
    private constructor();
    /** Supplies the bytes that the module wants until it is done; gives what it found. */
    advance(asset: Asset): Promise<State>;
    /** Where an earlier store stands in the file: pairs of an offset and a length. */
    earlier({ earlier, earlierCount }: State): [number, number][];
    /** Copies bytes out: memory that grows takes its old views away. */
    read(at: number, length: number): Uint8Array<ArrayBuffer>;
    write(at: number, bytes: Uint8Array): void;
    text(at: number, length: number): string;
    state(): State;
    /** Gives the steps of the plan. */
    steps({ steps, stepCount }: State): Generator<Step>;
}
