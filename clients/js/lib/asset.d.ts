export declare const BLOCK_BYTES: number;
/** A file that is read in parts. Every `Blob` and `File` is one; `edge-signer-client/node` opens others. */
export interface Asset {
    /** Its length in bytes. */
    readonly size: number;
    /** Its bytes from `start` to before `end`, which are read when `arrayBuffer` is called. */
    slice(start: number, end: number): {
        arrayBuffer(): Promise<ArrayBuffer>;
    };
}
/** Reads a part of a file, which must not be empty. */
export declare function bytesOf(asset: Asset, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
/** Reads a file front to back, a block at a time. */
export declare class BlockReader {
    #private;
    constructor(asset: Asset);
    /** Gives the bytes from one place to another, or only the first of them. */
    some(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
    /** Gives all the bytes from one place to another, which are no more than a block. */
    exactly(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}
/** Puts a Blob together; bytes are handed over to the browser a block at a time. */
export declare class Composition {
    #private;
    append(bytes: Uint8Array<ArrayBuffer>): void;
    appendBlob(blob: Blob): void;
    blob(type: string): Blob;
}
