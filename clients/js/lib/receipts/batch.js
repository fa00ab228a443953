// Whether a pinned key signed the answers to a batch: each job's statement, proof and output.
import { provedCheckpoint } from "./checkpoint.js";
import { firstMismatch, namesTwoModules } from "./job.js";
import { batchedResultOf, batchOrJobRequestOf, batchResultOf, canonicalBase64, isBroken, } from "./job_files.js";
import { bytesGiven, firstGood, receiptOfText, Refusing, usableKey } from "./receipt.js";
import { statementOf } from "./statement.js";
/**
 * Judges a batch's answer to one job. Any input gets a verdict.
 *
 * @param answer One member of the answer's `results`.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 * @param request The request for the batch, or for this job alone. Without it, nothing shows that the job,
 *   its module, its arguments and its input are those that were requested.
 * @returns The refusal is a reason of docs/receipts.md.
 */
export async function verifyBatchedJob(answer, keys, request) {
    try {
        const result = batchedResultOf(bytesGiven(answer) ?? new Uint8Array(0));
        if (result === null)
            throw new Refusing("result_malformed");
        return await judged(result, keys, await requestOf(request ?? null), null);
    }
    catch (failure) {
        return { ...refused(failure), checkpoint: null, receipt: null, statement: null };
    }
}
/**
 * Judges the answer to a batch, job by job. Any input gets a verdict.
 *
 * @param answer The answer as it came.
 * @param keys As in `verifyBatchedJob`.
 * @param request The request for the batch as it was sent; the answer must have its jobs in their order.
 */
export async function verifyBatch(answer, keys, request) {
    try {
        const read = batchResultOf(bytesGiven(answer) ?? new Uint8Array(0));
        const results = new Map();
        for (const one of read?.results ?? [])
            if (one !== null)
                results.set(one.jobId, one);
        // A job that is malformed, or comes twice, is missing here.
        if (read === null || results.size < read.results.length)
            throw new Refusing("result_malformed");
        const asked = await requestOf(request ?? null);
        if (asked !== null && !("jobs" in asked))
            throw new Refusing("request_malformed");
        if (asked !== null && asked.batchId !== read.batchId)
            throw new Refusing("batch_id_mismatch");
        const names = [...results.keys()];
        const hasAll = asked === null || (asked.jobs.length === names.length && asked.jobs.every(({ jobId }, at) => jobId === names[at]));
        if (!hasAll)
            throw new Refusing("job_id_mismatch");
        const jobs = new Map();
        for (const [name, one] of results)
            jobs.set(name, await judged(one, keys, asked, read.batchId));
        return { refusal: null, jobs };
    }
    catch (failure) {
        return { ...refused(failure), jobs: new Map() };
    }
}
async function requestOf(request) {
    if (request === null)
        return null;
    const read = batchOrJobRequestOf(bytesGiven(request) ?? new Uint8Array(0));
    if (read === null)
        throw new Refusing("request_malformed");
    for (const one of "jobs" in read ? read.jobs : [read]) {
        if (await namesTwoModules(one))
            throw new Refusing("request_malformed");
    }
    return read;
}
async function judged(result, keys, request, batchId) {
    return firstGood(keys, async (key) => {
        try {
            return { refusal: null, ...(await proved(result, key, request, batchId)) };
        }
        catch (failure) {
            return { ...refused(failure), checkpoint: null, receipt: null, statement: null };
        }
    });
}
async function proved(result, key, request, batchId) {
    if ("isNotRun" in result)
        throw new Refusing("not_run");
    const publicKey = usableKey(key);
    if (publicKey === null)
        throw new Refusing("pinned_key_invalid");
    const payload = new TextEncoder().encode(result.statement);
    const checkpoint = await provedCheckpoint(result.proof, isBroken(result.statement) ? null : payload, publicKey);
    const named = [batchId, request !== null && "jobs" in request ? request.batchId : null];
    if (named.some((one) => one !== null && one !== checkpoint.batchId))
        throw new Refusing("batch_id_mismatch");
    const statement = statementOf(payload);
    const text = statement && canonicalBase64(statement.receiptText);
    const receipt = text && receiptOfText(text);
    if (statement === null || receipt === null)
        throw new Refusing("statement_malformed");
    const job = request !== null && "jobs" in request ? jobOf(request, result.jobId) : request;
    if (job !== null && ![null, result.jobId].includes(job.jobId))
        throw new Refusing("job_id_mismatch");
    const mismatch = await firstMismatch(statement, receipt, result, job);
    if (mismatch !== null)
        throw new Refusing(mismatch);
    return { checkpoint, receipt, statement };
}
function jobOf({ jobs }, jobId) {
    const [job, ...others] = jobs.filter((one) => one.jobId === jobId);
    if (job === undefined || others.length > 0)
        throw new Refusing("job_id_mismatch");
    return job;
}
function refused(failure) {
    if (failure instanceof Refusing)
        return { refusal: failure.refusal };
    throw failure;
}
