import { type Ended, type Request } from "./job_files.js";
import { type PinnedKeys, type Receipt } from "./receipt.js";
import type { Refusal } from "./refusals.js";
import { type Statement } from "./statement.js";
/** Either why an answer is refused, or everything that was proved. */
export type JobVerdict = {
    refusal: Refusal;
    receipt: null;
    statement: null;
} | {
    refusal: null;
    receipt: Receipt;
    statement: Statement;
};
/**
 * Judges the whole answer to a job, and that it answers a request. Any input gets a verdict.
 *
 * @param answer The answer as it came: `answer` of a job's result.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 * @param request The request as it was sent: `request` of a job's result. Without it, nothing shows that
 *   the job, its module, its arguments and its input are those that were requested.
 * @returns The refusal is a reason of docs/receipts.md.
 */
export declare function verifyJob(answer: Uint8Array | string, keys: PinnedKeys, request?: Uint8Array | string | null): Promise<JobVerdict>;
/**
 * Judges the whole answer to a job by itself: `verifyJob` without the request.
 *
 * @param answer The answer as it came: `answer` of a job's result.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 */
export declare function verifyAttestation(answer: Uint8Array | string, keys: PinnedKeys): Promise<JobVerdict>;
/** Whether a request names a module other than the one that it holds. */
export declare function namesTwoModules({ moduleHash, module }: Request): Promise<boolean>;
/** Compares the statement with the receipt, the answer and, if present, the request. */
export declare function firstMismatch(statement: Statement, receipt: Receipt, result: Ended, request: Request | null): Promise<Refusal | null>;
