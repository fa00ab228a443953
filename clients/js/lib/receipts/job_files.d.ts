import { type Members } from "./strict_json.js";
/** A job's answer; its attestation is not read yet. */
export interface Result {
    jobId: string;
    status: string;
    exitCode: number;
    guestExitCode: number | null;
    fuelUsed: number | null;
    compileTimeMs: number | null;
    stdout: Uint8Array<ArrayBuffer>;
    stderr: Uint8Array<ArrayBuffer>;
    receiptJson: string;
    attestation: Members;
    limits: Members | null;
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
/** Reads a job's answer; null if it is none. */
export declare function resultOf(content: Uint8Array): Result | null;
/** Reads a job's request; null if it is none. It names or holds one module. */
export declare function requestOf(content: Uint8Array): Request | null;
/** Reads base64 in its canonical form; null if it has another. */
export declare function canonicalBase64(text: string): Uint8Array<ArrayBuffer> | null;
/** Whether a text has halves of surrogate pairs, which have no form in UTF-8. */
export declare function isBroken(text: string): boolean;
