import { type Asset } from "./asset.js";
import { Instance, type State } from "./instance.js";
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
export declare class AssetLayout {
    #private;
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
    constructor(module: WebAssembly.Module, instance: Instance, state: State, asset: Asset, storeBytes: number);
    /** The `embed` member of a request to POST /edge-sign. */
    get embed(): EmbedMember;
    /**
     * Hashes what the hard binding covers, block by block.
     *
     * @returns `asset_sha256` for the request: 64 hexadecimal digits.
     * @throws {AssetLayoutError} The file has no room for places behind the store (4 GiB in older formats).
     */
    digest({ signal, onBytes }?: DigestOptions): Promise<string>;
    /**
     * Composes the signed file. It refers to the original's bytes, which are read when it is read.
     *
     * @param manifestStore Exactly `storeBytes` bytes.
     * @throws {AssetLayoutError} The store has another size, or the file has no room for places behind it.
     * @throws {TypeError} The file is not a Blob; `signedStream` takes any.
     */
    signedBlob(manifestStore: Uint8Array): Promise<Blob>;
    /**
     * Gives the signed file front to back, as it is read; the original is read at the same time.
     *
     * @param manifestStore Exactly `storeBytes` bytes.
     * @throws {AssetLayoutError} The store has another size. The stream itself fails if the file became
     *   shorter, or has no room for places behind the store.
     */
    signedStream(manifestStore: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>>;
    /**
     * Tells whether the file is already what `signedBlob` would make of it, byte by byte: then its digest
     * is that of the file as it is. It reads little but the store.
     *
     * @param manifestStore Exactly `storeBytes` bytes.
     */
    isSigned(manifestStore: Uint8Array): Promise<boolean>;
}
