/** Gives the hash of a leaf. Its prefix keeps a leaf from passing for a node. */
export declare function leafHash(entry: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
/**
 * Gives the root that a tree has if a leaf is in it.
 *
 * @param leaf The leaf's hash.
 * @param index Its position, from 0.
 * @param size How many leaves the tree has, less than 2^31.
 * @param path The sibling hashes, from the leaf's up.
 * @returns Null if no leaf at this position has a path of this length.
 */
export declare function rootByPath(leaf: Uint8Array<ArrayBuffer>, index: number, size: number, path: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer> | null>;
