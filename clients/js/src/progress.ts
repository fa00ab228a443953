// How far a signature has come, and where its time went.

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
export class Meter implements Cost {
  readonly timings: Timings = { layOutMs: 0, hashMs: 0, signMs: 0, writeMs: 0 };
  serverSteps: Record<string, number> = {};
  sentBytes = 0;
  readonly #onProgress: ((progress: Progress) => void) | undefined;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** Adds the time that something takes to a stage, and tells of its beginning and end. */
  async during<Result>(stage: Stage, totalBytes: number, work: () => Promise<Result>): Promise<Result> {
    this.tell(stage, 0, totalBytes);
    const result = await this.timed(stage, work);
    this.tell(stage, totalBytes, totalBytes);
    return result;
  }

  /** Adds the time that something takes to a stage. */
  async timed<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    const beganMs = performance.now();
    try {
      return await work();
    } finally {
      this.timings[`${stage}Ms`] += performance.now() - beganMs;
    }
  }

  tell(stage: Stage, doneBytes: number, totalBytes: number): void {
    this.#onProgress?.({ stage, doneBytes, totalBytes });
  }

  cost(): Cost {
    const { timings, serverSteps, sentBytes } = this;
    return { timings, serverSteps, sentBytes };
  }
}

/** Reads the durations of a Server-Timing header, in milliseconds and in order. */
export function serverTiming(headers: Headers): Record<string, number> {
  const told = headers.get("Server-Timing") ?? "";
  const steps = [...told.matchAll(/([\w-]+);dur=([0-9.]+)/g)];
  return Object.fromEntries(steps.map(([, name, ms]) => [name, Number(ms)]));
}
