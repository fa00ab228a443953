// A report as a person reads it: the verdict first, then who, what, from what, and what does not hold.
import { card, checksTable, definitions, element } from "./elements.js";
import { lastPart, moment } from "./format.js";
import { ingredientKey } from "./manifest-store.js";
import { CHECKS, faults, isSound, PROVES, RESULTS, said, signedBy, timeStamp, VERDICTS, } from "./report.js";
import { described, isGenerative } from "./source-types.js";
const SIGNS = { good: "✓", careful: "!", bad: "✗", none: "–" };
const REVOCATION = {
    good: "not revoked, says the OCSP response in the manifest",
    revoked: "revoked",
    not_checked: "not known: the manifest has no OCSP response, and nothing was fetched",
};
const RELATIONSHIPS = {
    parentOf: "what this was made from",
    componentOf: "a part of it",
    inputTo: "given to the process that made it",
};
/** The verdict, as large as it matters. */
export function verdictBox({ tone, verdict, sentence }) {
    return element("div", { class: `verdict ${tone}`, role: "status" }, element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[tone]), element("div", {}, element("strong", {}, verdict), element("p", {}, sentence)));
}
/** All that a report says, after the verdict. */
export function reportSections(report, pictures) {
    const wrong = faults(report);
    return [
        wrong.length > 0 && card("What does not hold", listed(wrong)),
        report.differences.length > 0 && card("Where the engines differ", listed(report.differences.map((one) => one.meaning))),
        signature(report),
        statements(report.manifest),
        report.ingredients.length > 0 &&
            card("What it was made from", element("ul", { class: "tree" }, report.ingredients.map((one) => branch(one, report.manifest.label, pictures)))),
        checks(report),
        report.missing.length > 0 && card("What is missing", listed(report.missing.map((one) => one.meaning))),
        noticed(report),
        element("p", { class: "hint proves" }, PROVES),
    ];
}
function toned(tone, text) {
    return element("span", { class: `toned ${tone}` }, element("span", { "aria-hidden": "true" }, `${SIGNS[tone]} `), text);
}
function listed(texts) {
    return element("ul", { class: "sentences" }, texts.map((text) => element("li", {}, text)));
}
function signature({ signer, time_stamp: stamp, verdict }) {
    if (signer === null)
        return null;
    return card(verdict === "Trusted" ? "Who signed, and when" : "Who is said to have signed, and when", definitions([
        ["Signer", element("strong", {}, signedBy(signer))],
        ["Time", toned(...timeStamp(stamp))],
        ["Trusted by", signer.trusted_by || toned("bad", "no trust list")],
        ["Certificate from", signer.issuer],
        ["Valid", signer.not_before && signer.not_after && `${moment(signer.not_before)} to ${moment(signer.not_after)}`],
        ["Revocation", REVOCATION[signer.revocation]],
        ["Algorithm", signer.algorithm],
    ]));
}
function statements(manifest) {
    const ai = aiOf(manifest);
    const facts = definitions([
        ["Title", manifest.title],
        ["Made with", manifest.claim_generator],
        ["Use for training", manifest.training.length > 0 && listed(manifest.training)],
        ["Removed statements", manifest.redactions.length > 0 && listed(manifest.redactions)],
        ["Manifest", manifest.label && element("code", {}, manifest.label)],
    ]);
    if (manifest.actions.length === 0 && ai.length === 0 && facts === null)
        return null;
    return card("What the signer states", ai.length > 0 && element("div", { class: "notice careful" }, element("strong", {}, "Generative AI"), listed(ai)), manifest.actions.length > 0 && element("ol", { class: "actions-done" }, manifest.actions.map(done)), facts);
}
function aiOf(manifest) {
    if (manifest.ai.length > 0)
        return manifest.ai;
    const types = manifest.actions.map((one) => one.digital_source_type).filter(isGenerative);
    return [...new Set(types)].map(described);
}
function done(one) {
    const name = one.action.replace(/^c2pa\./, "").replace(/[._]/g, " ") || "an action without a name";
    const details = [
        one.digital_source_type && described(one.digital_source_type),
        one.software_agent && `with ${one.software_agent}`,
        one.when && moment(one.when),
    ].filter(Boolean);
    return element("li", {}, element("strong", {}, name.charAt(0).toUpperCase() + name.slice(1)), details.length > 0 && element("span", {}, details.join("; ")));
}
function branch(one, manifestLabel, pictures) {
    const [tone, verdict] = VERDICTS[one.verdict];
    const isBelow = one.failures.length === 0 && one.ingredients.some((inner) => !isSound(inner));
    const picture = pictures.ofIngredient.get(ingredientKey(manifestLabel, one.label)) ?? pictures.ofManifest.get(one.manifest.label);
    const title = one.title || "Without a title";
    return element("li", {}, element("div", { class: "leaf" }, picture
        ? element("img", { src: URL.createObjectURL(picture), alt: "", class: "thumbnail" })
        : element("span", { class: "thumbnail none", "aria-hidden": "true" }, lastPart(one.media_type).slice(0, 4)), element("div", {}, element("strong", {}, title), " ", toned(isSound(one) || tone !== "good" ? tone : "bad", isBelow ? `${verdict}, but not everything it was made of` : verdict), element("p", { class: "hint" }, [
        RELATIONSHIPS[one.relationship] ?? one.relationship,
        one.signer && `signed by ${one.signer}`,
        one.time && moment(one.time),
        one.media_type,
    ]
        .filter(Boolean)
        .join("; ")), one.failures.length > 0 && listed(one.failures.map(said)), one.manifest.actions.length > 0 && element("ol", { class: "actions-done" }, one.manifest.actions.map(done)))), one.ingredients.length > 0 &&
        element("ul", { class: "tree" }, one.ingredients.map((inner) => branch(inner, one.manifest.label, pictures))));
}
function checks(report) {
    if (report.checks.length === 0)
        return null;
    const rows = report.checks.map((check) => [
        CHECKS[check.name] ?? check.name,
        toned(...(RESULTS[check.result] ?? ["none", check.result])),
        check.explanation || check.engines.join(" and "),
    ]);
    const engines = report.engines.map((one) => {
        const verdict = one.verdict ? VERDICTS[one.verdict][1] : "could not judge";
        return `${one.name} ${one.version}: ${verdict}`;
    });
    return card("What was checked", checksTable(["Check", "Result", "By, or why not"], rows), engines.length > 0 && element("p", { class: "hint" }, `Two engines judge independently. ${engines.join("; ")}.`));
}
function noticed(report) {
    const also = [
        report.judged.also,
        ...report.notes,
        ...report.informational
            .filter((one) => one.code !== "signingCredential.ocsp.skipped" && !one.code.endsWith(".validated"))
            .map(said),
    ].filter(Boolean);
    return also.length > 0 && card("Also noticed", listed(also));
}
