/** What an attestation says of a job; digests are 64 hexadecimal digits. */
export interface Statement {
    jobId: string;
    /** ISO 8601, in UTC. */
    startedOn: string;
    /** ISO 8601, in UTC. */
    finishedOn: string;
    /** How it ended; `ok` if the module ended by itself. */
    status: string;
    exitCode: number;
    /** What the module exited with, if `exitCode` cannot say so: from 126 up. */
    guestExitCode?: number;
    /** wasmtime's count of operations, if it is known. */
    fuelUsed?: number;
    /** How long the module was compiled for this job; absent if it was compiled before. */
    compileTimeMs?: number;
    /** Address of the document that explains the attestation. */
    buildType: string;
    /** Release of the signer; without it, neither fuel nor compile time is signed. */
    signerVersion?: string;
    wasmtimeVersion?: string;
    moduleSha256: string;
    argsCount: number;
    /** Of the arguments as a list in canonical JSON (RFC 8785). */
    argsSha256: string;
    stdinSha256: string;
    /** How many environment variables the job had, if any. */
    envCount?: number;
    /** Of the variables as an object in canonical JSON. */
    envSha256?: string;
    stdoutSha256: string;
    stderrSha256: string;
    /** The limits that were in effect, units in their names. */
    limits: ReadonlyMap<string, number>;
    /** The signed text of the receipt, in base64. */
    receiptText: string;
    /** SHA-256 of that text. */
    receiptSha256: string;
}
/** Reads a statement; null if it is not byte by byte what a signer writes. */
export declare function statementOf(payload: Uint8Array): Statement | null;
