/** What the signer says of a batch: the root of its tree. */
export interface Checkpoint {
    /** The deployment that ran it, as a URL without its scheme. */
    service: string;
    batchId: string;
    /** How many jobs are in the tree. */
    size: number;
    /** The root hash, 64 hexadecimal digits. */
    root: string;
}
/**
 * Checks that a key signed the root of a tree that has an entry; throws `Refusing`.
 *
 * @param proof As it came.
 * @param entry The content of the leaf; null for what has no bytes.
 * @param publicKey The pinned key, 32 bytes, a usable point.
 */
export declare function provedCheckpoint(proof: string, entry: Uint8Array | null, publicKey: Uint8Array<ArrayBuffer>): Promise<Checkpoint>;
