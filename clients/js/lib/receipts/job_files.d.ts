import { type Members } from "./strict_json.js";
/** How a job ended. */
export interface Ended {
    jobId: string;
    status: string;
    exitCode: number;
    guestExitCode: number | null;
    fuelUsed: number | null;
    compileTimeMs: number | null;
    stdout: Uint8Array<ArrayBuffer>;
    stderr: Uint8Array<ArrayBuffer>;
    limits: Members | null;
}
/** A job's answer; its attestation is not read yet. */
export interface Result extends Ended {
    receiptJson: string;
    attestation: Members;
}
/** A batch's answer to one job that ran, or that did not. */
export type BatchedResult = (Ended & {
    statement: string;
    proof: string;
}) | {
    jobId: string;
    isNotRun: true;
};
/** The answer to a batch; null stands for a result that is none. */
export interface BatchResult {
    batchId: string;
    results: (BatchedResult | null)[];
}
/** A job's request. */
export interface Request {
    jobId: string | null;
    moduleHash: string | null;
    module: Uint8Array<ArrayBuffer> | null;
    args: string[];
    stdin: Uint8Array<ArrayBuffer>;
    env: ReadonlyMap<string, string>;
}
/** A request for a batch. */
export interface BatchRequest {
    batchId: string;
    jobs: Request[];
}
/** Reads a job's answer; null if it is none. */
export declare function resultOf(content: Uint8Array): Result | null;
/** Reads a batch's answer to one job; null if it is none. */
export declare function batchedResultOf(content: Uint8Array): BatchedResult | null;
/** Reads the answer to a batch; null if it is none. */
export declare function batchResultOf(content: Uint8Array): BatchResult | null;
/** Reads a request for a batch, or for a job; null if it is neither. */
export declare function batchOrJobRequestOf(content: Uint8Array): BatchRequest | Request | null;
/** Reads a job's request; null if it is none. It names or holds one module. */
export declare function requestOf(content: Uint8Array): Request | null;
/** Reads base64 in its canonical form; null if it has another. */
export declare function canonicalBase64(text: string): Uint8Array<ArrayBuffer> | null;
/** Whether a text has halves of surrogate pairs, which have no form in UTF-8. */
export declare function isBroken(text: string): boolean;
