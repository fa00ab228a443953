import type { Refusal } from "./refusals.js";
/** Keys that did not come with what they verify: each 64 lower-case hexadecimal digits. */
export type PinnedKeys = string | readonly string[];
/** What a receipt says. It names neither the job nor its output; the attestation does. */
export interface Receipt {
    /** `sha256:` and 64 lower-case hexadecimal digits. */
    moduleHash: string;
    /** 0 to 255. */
    exitCode: number;
    /** How long the module ran, in milliseconds. */
    wallTimeMs: number;
    /** When it ended, in seconds since 1970. */
    timestamp: number;
}
/** Either why a receipt is refused, or what a pinned key signed. */
export type ReceiptVerdict = {
    refusal: Refusal;
    receipt: null;
} | {
    refusal: null;
    receipt: Receipt;
};
/** Ends a verification; the public functions make a verdict of it. */
export declare class Refusing extends Error {
    readonly refusal: Refusal;
    constructor(refusal: Refusal);
}
/**
 * Judges a receipt. Any input gets a verdict.
 *
 * @param receiptJson The receipt as it came, such as `receiptJson` of a job's result.
 * @param keys The signer's key, which did not come with the receipt; of several, each may have signed.
 * @returns The refusal is a reason of docs/receipts.md; the receipt is what a pinned key signed.
 */
export declare function verifyReceipt(receiptJson: Uint8Array | string, keys: PinnedKeys): Promise<ReceiptVerdict>;
/** Gives the first verdict without a refusal; otherwise the one of the key that was named, or the first. */
export declare function firstGood<Verdict extends {
    refusal: Refusal | null;
}>(keys: PinnedKeys, judge: (key: string) => Promise<Verdict>): Promise<Verdict>;
/** Reads a receipt that a key signed; throws `Refusing`. */
export declare function provedReceipt(receiptJson: Uint8Array | string, pinnedKey: unknown): Promise<Receipt>;
/** Gives the text of which a receipt's signature signs the SHA-256. */
export declare function signedText({ moduleHash, exitCode, wallTimeMs, timestamp }: Receipt): Uint8Array<ArrayBuffer>;
/** Reads what `signedText` gives; null for anything else. */
export declare function receiptOfText(text: Uint8Array): Receipt | null;
/** Decodes a pinned key to its 32 bytes; null if it is not a usable key. */
export declare function usableKey(hex: unknown): Uint8Array<ArrayBuffer> | null;
/** Gives what came, as bytes; null for what is neither text nor bytes. */
export declare function bytesGiven(content: unknown): Uint8Array<ArrayBuffer> | null;
