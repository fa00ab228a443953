// Where the milliseconds went: one row for each step, in the page and in the signer.
import { element } from "./elements.js";
import { milliseconds } from "./format.js";
/** What the signer does in each step of a signature. */
export const SIGNING = {
    authenticate: "the caller and the tenant",
    limit: "one conditional write to the table of limits",
    idempotency: "whether this request was answered before",
    validate: "the request checked against its model",
    policy: "what the policy allows",
    ingredients: "the earlier credentials read and validated",
    credential: "the certificate chain, from memory",
    wasm: "the manifest built in WebAssembly",
    kms: "32 bytes to KMS, a signature back",
    check: "the signature checked with the certificate",
    tsa: "a time-stamp for the signature, checked",
    store: "the manifest published",
};
/** What it does in each step of a job. */
export const RUNNING = {
    authenticate: "the caller and the tenant",
    limit: "one conditional write to the table of limits",
    validate: "the request checked against its model",
    claim: "the job is written down, so that it runs once",
    load: "the module",
    wasm: "the module runs in the sandbox",
    kms: "32 bytes and a statement to KMS, two signatures back",
    store: "the result is kept",
};
/** The signer's steps, as its Server-Timing names them. */
export function serverSteps(steps, meanings) {
    return Object.entries(steps)
        .filter(([name]) => name !== "total")
        .map(([name, ms]) => ({ name, ms, meaning: meanings[name] ?? "", isPart: true }));
}
/** A table of steps with bars as long as they took. */
export function timeLine(caption, steps) {
    const longest = Math.max(...steps.map(({ ms }) => ms), 0.001);
    const rows = steps.map(({ name, ms, meaning, isPart }) => {
        const bar = element("span", { class: "bar", "aria-hidden": "true" });
        bar.style.inlineSize = `${Math.max(0.5, (100 * ms) / longest)}%`;
        return element("tr", { class: isPart ? "part" : "whole" }, element("th", { scope: "row" }, name, meaning ? element("span", { class: "meaning" }, meaning) : null), element("td", { class: "figure" }, milliseconds(ms)), element("td", { class: "bars" }, bar));
    });
    return element("table", { class: "timeline" }, element("caption", {}, caption), element("colgroup", {}, ...["name", "figure", "bars"].map((name) => element("col", { class: name }))), element("thead", { class: "visually-hidden" }, element("tr", {}, ...["Step", "Time", "Share"].map((head) => element("th", { scope: "col" }, head)))), element("tbody", {}, rows));
}
