// Whether a pinned key signed a whole JobResult: its receipt, its attestation and its output.
import { firstGood } from "./receipt.js";
/**
 * Judges the whole answer to a job, and that it answers a request. Any input gets a verdict.
 *
 * @param answer The answer as it came: `answer` of a job's result.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 * @param request The request as it was sent: `request` of a job's result. Without it, nothing shows that
 *   the job, its module, its arguments and its input are those that were requested.
 */
export async function verifyJob(answer, keys, request) {
    return firstGood(keys, async (key) => judged(answer, key, request ?? null));
}
/** Judges the whole answer to a job by itself: `verifyJob` without the request. */
export async function verifyAttestation(answer, keys) {
    return verifyJob(answer, keys);
}
async function judged(_answer, _key, _request) {
    return { refusal: "result_malformed", receipt: null, statement: null };
}
