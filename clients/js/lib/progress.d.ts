/** What is being done: headers are read, content is hashed, the server signs, the file is written. */
export type Stage = "layOut" | "hash" | "sign" | "write";
/** How far a stage has come. */
export interface Progress {
    stage: Stage;
    /** Bytes that are done: of the file, or of the request while the server signs. */
    doneBytes: number;
    /** Bytes that there are. The stage has ended when as many are done. */
    totalBytes: number;
}
/** Milliseconds of each stage, as this client saw them. */
export interface Timings {
    layOutMs: number;
    hashMs: number;
    /** From the first byte sent to the last received, retries and their pauses included. */
    signMs: number;
    writeMs: number;
}
/** What a call cost. */
export interface Cost {
    timings: Timings;
    /** Milliseconds of each step of the request that signed and their `total`, as the server told them. */
    serverSteps: Record<string, number>;
    /** Bytes of body that were sent, of all requests and attempts. */
    sentBytes: number;
}
/** Measures one call. */
export declare class Meter implements Cost {
    #private;
    readonly timings: Timings;
    serverSteps: Record<string, number>;
    sentBytes: number;
    constructor(onProgress: ((progress: Progress) => void) | undefined);
    /** Adds the time that something takes to a stage, and tells of its beginning and end. */
    during<Result>(stage: Stage, totalBytes: number, work: () => Promise<Result>): Promise<Result>;
    /** Adds the time that something takes to a stage. */
    timed<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result>;
    tell(stage: Stage, doneBytes: number, totalBytes: number): void;
    cost(): Cost;
}
/** Reads the durations of a Server-Timing header, in milliseconds and in order. */
export declare function serverTiming(headers: Headers): Record<string, number>;
