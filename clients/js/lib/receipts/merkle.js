// Inclusion proofs of Merkle trees (RFC 9162, section 2.1.3.2; the same as RFC 6962, section 2.1.1).
import { sha256 } from "../web_crypto.js";
/** Gives the hash of a leaf. Its prefix keeps a leaf from passing for a node. */
export async function leafHash(entry) {
    return sha256(Uint8Array.from([0, ...entry]));
}
/**
 * Gives the root that a tree has if a leaf is in it.
 *
 * @param leaf The leaf's hash.
 * @param index Its position, from 0.
 * @param size How many leaves the tree has, less than 2^31.
 * @param path The sibling hashes, from the leaf's up.
 * @returns Null if no leaf at this position has a path of this length.
 */
export async function rootByPath(leaf, index, size, path) {
    if (index >= size)
        return null;
    let [node, last] = [leaf, size - 1];
    for (const sibling of path) {
        if (last === 0)
            return null;
        if ((index & 1) === 1 || index === last) {
            node = await nodeHash(sibling, node);
            while ((index & 1) === 0 && index !== 0)
                [index, last] = [index >> 1, last >> 1];
        }
        else {
            node = await nodeHash(node, sibling);
        }
        [index, last] = [index >> 1, last >> 1];
    }
    return last === 0 ? node : null;
}
async function nodeHash(left, right) {
    return sha256(Uint8Array.from([1, ...left, ...right]));
}
