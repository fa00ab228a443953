import { type Checkpoint } from "./checkpoint.js";
import { type PinnedKeys, type Receipt } from "./receipt.js";
import type { Refusal } from "./refusals.js";
import { type Statement } from "./statement.js";
interface Proved {
    /** The signed root of the batch. */
    checkpoint: Checkpoint;
    /** The facts that a receipt would state; nobody signed a receipt. */
    receipt: Receipt;
    statement: Statement;
}
/** Either why one job's answer is refused, or everything that was proved. */
export type BatchedVerdict = {
    refusal: Refusal;
    checkpoint: null;
    receipt: null;
    statement: null;
} | ({
    refusal: null;
} & Proved);
/** Why the answer as a whole is refused, or the verdicts on its jobs by name, in the answer's order. */
export interface BatchVerdict {
    refusal: Refusal | null;
    jobs: ReadonlyMap<string, BatchedVerdict>;
}
/**
 * Judges a batch's answer to one job. Any input gets a verdict.
 *
 * @param answer One member of the answer's `results`.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 * @param request The request for the batch, or for this job alone. Without it, nothing shows that the job,
 *   its module, its arguments and its input are those that were requested.
 * @returns The refusal is a reason of docs/receipts.md.
 */
export declare function verifyBatchedJob(answer: Uint8Array | string, keys: PinnedKeys, request?: Uint8Array | string | null): Promise<BatchedVerdict>;
/**
 * Judges the answer to a batch, job by job. Any input gets a verdict.
 *
 * @param answer The answer as it came.
 * @param keys As in `verifyBatchedJob`.
 * @param request The request for the batch as it was sent; the answer must have its jobs in their order.
 */
export declare function verifyBatch(answer: Uint8Array | string, keys: PinnedKeys, request?: Uint8Array | string | null): Promise<BatchVerdict>;
export {};
