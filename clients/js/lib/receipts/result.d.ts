import { type PinnedKeys, type Receipt } from "./receipt.js";
import type { Refusal } from "./refusals.js";
/** What an attestation says of a job. */
export interface Statement {
    jobId: string;
    /** ISO 8601, UTC. */
    startedOn: string;
    /** ISO 8601, UTC. */
    finishedOn: string;
    status: string;
    exitCode: number;
    /** The limits that were in effect, units in their names. */
    limits: Readonly<Record<string, number>>;
}
/** Either why a result is refused, or everything that was proved. */
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
 */
export declare function verifyJob(answer: Uint8Array | string, keys: PinnedKeys, request?: Uint8Array | string | null): Promise<JobVerdict>;
/** Judges the whole answer to a job by itself: `verifyJob` without the request. */
export declare function verifyAttestation(answer: Uint8Array | string, keys: PinnedKeys): Promise<JobVerdict>;
