import type { Asset } from "./asset.js";
import type { EmbeddingOptions, Signature } from "./signed.js";
import type { EdgeSigner } from "./signer.js";
/** A file on a disk. */
export interface OpenFile extends Asset {
    /** Closes it; parts that are asked for later fail. */
    close(): Promise<void>;
}
/** A signature whose file is on the disk. */
export interface SignedFile extends Signature {
    /** Length of the signed file. */
    signedBytes: number;
    /** Of the file, judged by its content. */
    mediaType: string;
}
/**
 * Opens a file for `embedStream`, `inspectable` and the like.
 *
 * @throws The error of node:fs/promises if it cannot be opened.
 */
export declare function openFile(path: string | URL): Promise<OpenFile>;
/**
 * Signs a file on a disk and writes it with its manifest inside; the file itself is not sent. Memory
 * does not depend on its size.
 *
 * @param signer Who signs.
 * @param source The file; it stays as it is unless it is `target` too.
 * @param target Where the signed file goes, with the permissions of the source. It appears, or is
 *   replaced, only once it is complete.
 * @param policyId The policy to sign under.
 * @param assertions Content of each assertion by its label.
 * @throws As `EdgeSigner.embed`, and the errors of node:fs/promises. An AssetLayoutError of the name
 *   Changed if the source was changed meanwhile; then nothing was written.
 */
export declare function embedFile(signer: EdgeSigner, source: string | URL, target: string, policyId: string, assertions: Record<string, unknown>, options?: EmbeddingOptions): Promise<SignedFile>;
