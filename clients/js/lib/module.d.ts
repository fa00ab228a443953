import type { Asset } from "./asset.js";
import { type Inspectable } from "./inspectable.js";
import { AssetLayout, type DigestOptions } from "./layout.js";
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
export declare class EmbedModule {
    #private;
    /** @param module What embed.wasm was compiled to. */
    constructor(module: WebAssembly.Module);
    /**
     * Loads and compiles embed.wasm.
     *
     * @param source Its bytes, or where they are; usually beside this file.
     */
    static load(source?: BufferSource | URL | string): Promise<EmbedModule>;
    /**
     * Finds where a file carries a manifest store of one size. It reads headers only.
     *
     * @param asset The file.
     * @param storeBytes Exact size of the manifest store.
     * @throws {AssetLayoutError} The file is damaged, already signed, or of a format that is not supported.
     */
    layOut(asset: Asset, storeBytes: number, { replaceStore }?: LayoutOptions): Promise<AssetLayout>;
    /**
     * Takes out of a file what its credentials are judged by, so that the file need not be sent.
     *
     * @param asset The file. It is hashed if it carries credentials.
     * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
     */
    inspectable(asset: Asset, options?: DigestOptions): Promise<Inspectable>;
    /**
     * Reads the manifest store that a file carries; nothing is validated.
     *
     * @param asset The file.
     * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
     */
    storeOf(asset: Asset): Promise<CarriedStore>;
}
