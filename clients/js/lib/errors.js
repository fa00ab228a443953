// What may go wrong between a caller, a file and a deployment.
// Still in progress; too many requests; a failure that may pass.
const WORTH_RETRYING = new Set([409, 425, 429, 500, 502, 503, 504]);
// An operator switched these off, so retrying does not help.
const SWITCHED_OFF = new Set(["SIGNER_DISABLED", "EXECUTION_DISABLED", "VERIFICATION_DISABLED"]);
/** No manifest store can be embedded in this file. */
export class AssetLayoutError extends Error {
    /**
     * @param name What is wrong, as one word such as AlreadySigned, Truncated or UnknownFormat.
     * @param message The same in a sentence, without the file's name.
     */
    constructor(name, message) {
        super(message);
        this.name = name;
    }
}
/** The server answered with an error. */
export class RefusedError extends Error {
    name = "RefusedError";
    /** The HTTP status. */
    status;
    /** The error code of the API, such as RATE_LIMITED; empty if it did not come from the API. */
    code;
    /** Seconds to wait before the next attempt; null if the server does not say. */
    retryAfterS;
    /** With STORE_TOO_LARGE, the room that the manifest store needs; otherwise null. */
    storeBytes;
    /** Names the request in the server's log; null if it was not told. */
    requestId;
    /**
     * @param message One line.
     * @param answer What the answer said.
     */
    constructor(message, { status, code, retryAfterS, storeBytes, requestId }) {
        super(message);
        this.status = status;
        this.code = code ?? "";
        this.retryAfterS = retryAfterS ?? null;
        this.storeBytes = storeBytes ?? null;
        this.requestId = requestId ?? null;
    }
    /** Whether the same request may succeed later. */
    get mayPass() {
        return WORTH_RETRYING.has(this.status) && !SWITCHED_OFF.has(this.code);
    }
}
/** No answer arrived, or none that the page may read. The server may still have signed. */
export class UnreachableError extends Error {
    name = "UnreachableError";
}
