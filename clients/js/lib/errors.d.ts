/** No manifest store can be embedded in this file. */
export declare class AssetLayoutError extends Error {
    /**
     * @param name What is wrong, as one word such as AlreadySigned, Truncated or UnknownFormat.
     * @param message The same in a sentence, without the file's name.
     */
    constructor(name: string, message: string);
}
/** What an answer that refuses a request says. */
export interface Refused {
    status: number;
    code?: string | undefined;
    retryAfterS?: number | undefined;
    storeBytes?: number | undefined;
    requestId?: string | null | undefined;
}
/** The server answered with an error. */
export declare class RefusedError extends Error {
    name: string;
    /** The HTTP status. */
    readonly status: number;
    /** The error code of the API, such as RATE_LIMITED; empty if it did not come from the API. */
    readonly code: string;
    /** Seconds to wait before the next attempt; null if the server does not say. */
    readonly retryAfterS: number | null;
    /** With STORE_TOO_LARGE, the room that the manifest store needs; otherwise null. */
    readonly storeBytes: number | null;
    /** Names the request in the server's log; null if it was not told. */
    readonly requestId: string | null;
    /**
     * @param message One line.
     * @param answer What the answer said.
     */
    constructor(message: string, { status, code, retryAfterS, storeBytes, requestId }: Refused);
    /** Whether the same request may succeed later. */
    get mayPass(): boolean;
}
/** No answer arrived, or none that the page may read. The server may still have signed. */
export declare class UnreachableError extends Error {
    name: string;
}
