// How far a signature has come, and where its time went.
/** Measures one call. */
export class Meter {
    timings = { layOutMs: 0, hashMs: 0, signMs: 0, writeMs: 0 };
    serverSteps = {};
    sentBytes = 0;
    #onProgress;
    constructor(onProgress) {
        this.#onProgress = onProgress;
    }
    /** Adds the time that something takes to a stage, and tells of its beginning and end. */
    async during(stage, totalBytes, work) {
        this.tell(stage, 0, totalBytes);
        const result = await this.timed(stage, work);
        this.tell(stage, totalBytes, totalBytes);
        return result;
    }
    /** Adds the time that something takes to a stage. */
    async timed(stage, work) {
        const beganMs = performance.now();
        try {
            return await work();
        }
        finally {
            this.timings[`${stage}Ms`] += performance.now() - beganMs;
        }
    }
    tell(stage, doneBytes, totalBytes) {
        this.#onProgress?.({ stage, doneBytes, totalBytes });
    }
    cost() {
        const { timings, serverSteps, sentBytes } = this;
        return { timings, serverSteps, sentBytes };
    }
}
/** Reads the durations of a Server-Timing header, in milliseconds and in order. */
export function serverTiming(headers) {
    const told = headers.get("Server-Timing") ?? "";
    const steps = [...told.matchAll(/([\w-]+);dur=([0-9.]+)/g)];
    return Object.fromEntries(steps.map(([, name, ms]) => [name, Number(ms)]));
}
