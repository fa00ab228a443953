// The calls that the JavaScript client has no method for: health, the operator's and verification.
import { size } from "./format.js";
/** The server's answer was an error. */
export class ApiError extends Error {
    status;
    code;
    requestId;
    name = "ApiError";
    constructor(message, status, code = "", requestId = "") {
        super(message);
        this.status = status;
        this.code = code;
        this.requestId = requestId;
    }
}
/** Whether the deployment runs, or with `deep` whether it can sign; details with an operator's token. */
export async function health(deep, adminToken = "") {
    // 503 is an answer here: it says what is unavailable.
    return (await send("GET", deep ? "/health?deep=1" : "/health", adminToken, undefined, [200, 503]));
}
export async function breakerStatus(adminToken) {
    return (await send("GET", "/admin/circuit-breaker/status", adminToken));
}
/** Makes an operator's change, which is recorded before it takes effect. */
export async function change(path, body, adminToken) {
    return (await send("POST", `/admin/${path}`, adminToken, body));
}
/** Has credentials judged: `body` as of POST /verify. */
export async function verify(body, token) {
    return send("POST", "/verify", token, body);
}
/**
 * Uploads a file for a verdict, after which it is deleted.
 *
 * @returns `upload_id` for POST /verify.
 */
export async function upload(file, token) {
    const form = (await send("POST", "/verify/uploads", token, {}));
    if (file.size > form.max_bytes) {
        throw new ApiError(`The file has ${size(file.size)}; uploads end at ${size(form.max_bytes)}.`, 413);
    }
    const fields = new FormData();
    for (const [name, value] of Object.entries(form.fields))
        fields.append(name, value);
    fields.append("file", file);
    try {
        // The form says by itself what may be uploaded. The answer is not readable from here, and not
        // needed: POST /verify tells whether the file arrived.
        await fetch(form.url, { method: "POST", body: fields, mode: "no-cors" });
    }
    catch (failure) {
        throw new ApiError("The upload did not get through. Check the network, and try again.", 0, String(failure));
    }
    return form.upload_id;
}
async function send(method, path, token, body, expected = [200]) {
    const headers = new Headers();
    if (token)
        headers.set("Authorization", `Bearer ${token}`);
    if (body !== undefined)
        headers.set("Content-Type", "application/json");
    const request = { method, headers, cache: "no-store", credentials: "omit" };
    if (body !== undefined)
        request.body = JSON.stringify(body);
    let answer;
    let text;
    try {
        answer = await fetch(path, request);
        text = await answer.text();
    }
    catch {
        throw new ApiError("The signer cannot be reached. Check that it runs, and the network.", 0);
    }
    const read = parsed(text);
    if (expected.includes(answer.status) && read !== undefined)
        return read;
    const told = (read ?? {});
    const message = typeof told.message === "string" ? told.message : "The answer is not from an Edge Signer.";
    const code = typeof told.code === "string" ? told.code : "";
    throw new ApiError(message, answer.status, code, answer.headers.get("X-Request-ID") ?? "");
}
function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
