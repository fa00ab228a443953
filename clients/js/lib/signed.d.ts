import type { Ingredient, Thumbnail } from "./ingredients.js";
import type { Cost, Progress } from "./progress.js";
/** What a manifest says besides its assertions. */
export interface SigningOptions {
    /** Whether to time-stamp the signature; the policy decides if absent. */
    tsa?: boolean | undefined;
    /** Name of the file, for people. */
    title?: string | undefined;
    /** A small picture of the file, if the policy allows one. */
    thumbnail?: Thumbnail | undefined;
    /** What the file was made from. */
    ingredients?: readonly Ingredient[] | undefined;
    /** Stops all of it. */
    signal?: AbortSignal | undefined;
    /** Is told how far it has come. A stage may begin again: a store that needs more room is signed anew. */
    onProgress?: ((progress: Progress) => void) | undefined;
}
/** How a file is embedded. */
export interface EmbeddingOptions extends SigningOptions {
    /** Whether a manifest store that the file carries already is left out. */
    replaceStore?: boolean | undefined;
}
/** A file that is signed by its digest alone. */
export interface DigestToSign {
    /** SHA-256 of the whole file, as 64 lower-case hexadecimal digits. */
    assetSha256: string;
    /** A new UUID (version 4) that the manifest's address ends in, so that the file can contain it. */
    manifestId?: string | undefined;
}
/** What every signature tells. */
export interface Signature extends Cost {
    /** Where the manifest store is published. */
    manifestUrl: string;
    /** Which signer signed: edge or central. */
    signingMode: string;
    /** The key that signed. */
    kmsKeyId: string;
    /** Where the time-stamp is; null if there is none. */
    tsaTokenUrl: string | null;
    /** Names the request in the server's log; null if it was not told. */
    requestId: string | null;
}
/** A signature beside its file. */
export interface SignedDigest extends Signature {
    /** The manifest store: write it beside the file as a sidecar (`.c2pa`). */
    manifestStore: Uint8Array<ArrayBuffer>;
}
/** A file with its manifest inside. */
export interface SignedAsset extends Signature {
    /** The signed file; it refers to the original's bytes: keep or send it while the original is unchanged. */
    signed: Blob;
    /** Of the file, judged by its content. */
    mediaType: string;
}
/** A file with its manifest inside, to be read once. */
export interface SignedStream extends Signature {
    /** The signed file; the original is read as it is read. */
    signed: ReadableStream<Uint8Array<ArrayBuffer>>;
    /** Length of the signed file. */
    signedBytes: number;
    /** Of the file, judged by its content. */
    mediaType: string;
}
