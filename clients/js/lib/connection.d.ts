import { RefusedError } from "./errors.js";
/** Who is called, and for how long. */
export interface ConnectionOptions {
    tenantId?: string | undefined;
    /** How long a call keeps trying while the server is busy or unreachable; 0 sends once. */
    patienceMs?: number | undefined;
}
/** What came back. */
export interface Answer {
    status: number;
    headers: Headers;
    /** The body as it came. */
    body: string;
    /** The body read as JSON; undefined if it is none. */
    document: unknown;
}
/** One request; a call makes as many of them as it needs. */
export interface Call {
    path: string;
    method?: "GET" | "POST" | "PUT";
    body?: string | Uint8Array<ArrayBuffer>;
    contentType?: string;
    /** Whether an Idempotency-Key makes repeated attempts one. */
    isKeyed?: boolean;
    /** Whether it is sent without the token, so that a page may send it without asking first. */
    isPublic?: boolean;
    signal?: AbortSignal | undefined;
    /** Is told how many bytes of body were sent, by each attempt. */
    onSent?: ((bytes: number) => void) | undefined;
}
/** The members of a JSON object, of which nothing is known. */
export type Members = Readonly<Record<string, unknown>>;
/** A deployment, as one tenant calls it. */
export declare class Connection {
    #private;
    /** @throws {TypeError} The address is none, or the token contains a character that no header can. */
    constructor(url: string | URL, token: string | null, { tenantId, patienceMs }: ConnectionOptions);
    /** Sends one request until it succeeds or patience ends; its key makes it one signature. */
    request(call: Call): Promise<Answer>;
    /** Sends a form with a file to an address that an answer named, without the token. */
    upload(url: string, form: FormData, signal: AbortSignal | undefined): Promise<void>;
    /** Makes an error of an answer that the API cannot have given. */
    unexpected({ status, headers }: Answer, path: string): RefusedError;
}
/** Gives the members of a JSON object; undefined if it is none. */
export declare function membersOf(document: unknown): Members | undefined;
/** Gives a value that must be a text. */
export declare function textOf(value: unknown): string;
