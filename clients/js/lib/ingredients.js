// What a file was made from, as the members of a request. Manifest stores that are too large for one
// are uploaded first.
import { toBase64 } from "./base64.js";
// The longest request that a deployment accepts by default (`max_payload_size`).
const USUAL_MOST_BYTES = 64 * 1024;
// What an ingredient's assertion usually takes, besides what it holds.
const USUAL_INGREDIENT_BYTES = 1024;
const OPENED = "c2pa.opened";
const ENCODINGS = ["c2pa.converted", "c2pa.transcoded", "c2pa.repackaged"];
const RELATIONSHIPS = ["parentOf", "componentOf", "inputTo"];
/**
 * Makes the body of a request.
 *
 * @param fields Without ingredients; undefined ones are left out.
 * @param upload Uploads a manifest store, and gives the upload's identifier; null if the deployment
 *   takes none.
 * @returns JSON. The largest stores are uploaded until the rest is short enough.
 */
export async function requestBody(fields, ingredients, upload) {
    if (ingredients.length === 0)
        return JSON.stringify(fields);
    const members = ingredients.map((one) => member(one));
    const waiting = ingredients.flatMap(({ manifestStore }, at) => (manifestStore ? [{ at, manifestStore }] : []));
    waiting.sort((one, other) => one.manifestStore.length - other.manifestStore.length);
    for (;;) {
        const body = JSON.stringify({ ...fields, ingredients: members });
        if (new TextEncoder().encode(body).length <= USUAL_MOST_BYTES)
            return body;
        const largest = waiting.pop();
        if (largest === undefined)
            return body;
        const uploadId = await upload(largest.manifestStore);
        if (uploadId === null)
            return body;
        members[largest.at] = { ...members[largest.at], manifest: undefined, upload_id: uploadId };
    }
}
/** Estimates how many bytes ingredients take in the manifest store. */
export function bytesHeld(ingredients) {
    const held = ({ manifestStore, thumbnail }) => USUAL_INGREDIENT_BYTES + (manifestStore?.length ?? 0) + (thumbnail?.content.length ?? 0);
    return ingredients.reduce((sum, one) => sum + held(one), 0);
}
/**
 * Says how a derivative came to be: the original was opened, changed, and encoded again.
 *
 * @param originalType Media type of the original, if it is known.
 * @param mediaType Of the derivative.
 * @param actions What was done.
 * @returns The assertions.
 */
export function history(originalType, mediaType, actions) {
    const done = actions.map((one) => (typeof one === "string" ? { action: one } : one));
    if (!done.some(({ action }) => ENCODINGS.includes(action))) {
        const isConverted = originalType !== undefined && originalType !== mediaType;
        done.push({ action: isConverted ? "c2pa.converted" : "c2pa.transcoded" });
    }
    return { "c2pa.actions.v2": { actions: [{ action: OPENED }, ...done] } };
}
function member(ingredient) {
    const { relationship, manifestStore, manifestUrl, thumbnail } = ingredient;
    if (!RELATIONSHIPS.includes(relationship)) {
        throw new TypeError(`an ingredient's relationship is one of ${RELATIONSHIPS}, not ${relationship}`);
    }
    if (manifestStore && manifestUrl) {
        throw new TypeError("an ingredient has a manifestStore or a manifestUrl, not both");
    }
    return {
        id: ingredient.id,
        relationship,
        manifest: manifestStore ? toBase64(manifestStore) : undefined,
        manifest_url: manifestUrl,
        title: ingredient.title,
        format: ingredient.format,
        instance_id: ingredient.instanceId,
        description: ingredient.description,
        asset_checked: ingredient.assetChecked || undefined,
        thumbnail: thumbnail && { format: thumbnail.format, content: toBase64(thumbnail.content) },
    };
}
