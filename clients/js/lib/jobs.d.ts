import { type Connection } from "./connection.js";
/** What a job is given. */
export interface JobOptions {
    /** The arguments after `argv[0]`. */
    args?: readonly string[] | undefined;
    /** The module's standard input. */
    stdin?: string | Uint8Array | undefined;
    /** The module's environment variables. */
    env?: Readonly<Record<string, string>> | undefined;
    /** The caller's name for the job; repeating a job with it gives its result again. A UUID if absent. */
    jobId?: string | undefined;
    /** Wall-clock seconds, without compiling. */
    timeoutSeconds?: number | undefined;
    /** Linear memory in MiB. */
    memoryMb?: number | undefined;
    /** Stops waiting; the job itself goes on. */
    signal?: AbortSignal | undefined;
}
/** A job's result. Nothing in it is proved before `verifyJob(result.answer, keys, result.request)`. */
export interface JobResult {
    jobId: string;
    /** How it ended; `ok` if the module ended by itself. */
    status: string;
    /** The module's own if `status` is `ok`, otherwise above 125. */
    exitCode: number;
    /** What the module exited with if `status` is `reserved_exit_code`: from 126 up; otherwise null. */
    guestExitCode: number | null;
    /** What it wrote to standard output. */
    stdout: Uint8Array<ArrayBuffer>;
    /** What it wrote to standard error. */
    stderr: Uint8Array<ArrayBuffer>;
    /** What went wrong, for people; not signed. */
    detail: string | null;
    /** The limits that were in effect, units in their names. */
    limits: Readonly<Record<string, number>>;
    /** The receipt as it came, for `verifyReceipt`. */
    receiptJson: string;
    /** The whole answer as it came, for `verifyJob`. */
    answer: string;
    /** The request as it was sent; null for a result that was only fetched. */
    request: string | null;
    /** Whether the result is that of an earlier request. */
    isReplayed: boolean;
    /** Milliseconds of each step in the server, by name. */
    serverSteps: Record<string, number>;
    /** Bytes of body that were sent, of all attempts. */
    sentBytes: number;
    /** Names the request in the server's log; null if it was not told. */
    requestId: string | null;
}
/** A module that the deployment keeps, for this tenant's jobs only. */
export interface KeptModule {
    /** How `runJob` names it: `sha256:` and 64 hexadecimal digits. */
    moduleHash: string;
    moduleBytes: number;
    /** Whether its first job finds it compiled. If not, and `status` is null, that job compiles it. */
    isCompiled: boolean;
    /** How each of its jobs would end, if it cannot be compiled. */
    status: "compile_error" | "compile_limit" | null;
    /** What is wrong with it, and what to change. */
    detail: string | null;
}
/** A key that signs receipts. */
export interface JobKey {
    /** 64 hexadecimal digits, as the verifiers take it. */
    publicKey: string;
    /** How attestations name it. */
    keyId: string;
    /** Whether it signs now, will sign next, or signed before the last rotation. */
    use: "current" | "next" | "previous";
    validFrom: Date;
}
/** Gives the name of a module: `sha256:` and the SHA-256 of its bytes. */
export declare function moduleHashOf(module: Uint8Array): Promise<string>;
/** Runs a job. */
export declare function runJob(connection: Connection, module: Uint8Array | string, { args, stdin, env, jobId, timeoutSeconds, memoryMb, signal }: JobOptions): Promise<JobResult>;
/** Fetches a job's result again. */
export declare function jobResult(connection: Connection, jobId: string, signal: AbortSignal | undefined): Promise<JobResult>;
/** Stores a module. */
export declare function keepModule(connection: Connection, module: Uint8Array, signal: AbortSignal | undefined): Promise<KeptModule>;
/** Fetches the keys that sign receipts. */
export declare function jobKeys(connection: Connection, signal: AbortSignal | undefined): Promise<JobKey[]>;
