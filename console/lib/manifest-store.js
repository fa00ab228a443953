// Small pictures in a manifest store (JUMBF, ISO 19566-5), by the manifest that they stand in.
//
// The verdict comes from the signer's two engines. What is read here is only shown, as an image that
// can run nothing; a store that is damaged or strange shows no pictures.
const MOST_PICTURE_BYTES = 4 * 1024 * 1024;
const PICTURES = /^image\/(jpeg|png|webp|gif|avif)$/;
/** How `ofIngredient` names an ingredient. */
export function ingredientKey(manifestLabel, assertionLabel) {
    return `${manifestLabel}/${assertionLabel}`;
}
/** Finds the pictures in a manifest store. */
export function picturesOf(store) {
    const found = { ofManifest: new Map(), ofIngredient: new Map() };
    try {
        for (const root of boxesOf(store))
            readManifests(root, found);
    }
    catch {
        // A damaged store has a verdict, and no pictures.
    }
    return found;
}
function readManifests(root, found) {
    for (const manifest of superboxesOf(root)) {
        const label = labelOf(manifest);
        for (const assertions of superboxesOf(manifest)) {
            if (labelOf(assertions) !== "c2pa.assertions")
                continue;
            readAssertions(label, superboxesOf(assertions), found);
        }
    }
}
function readAssertions(manifest, assertions, found) {
    const pictures = new Map();
    for (const assertion of assertions) {
        const label = labelOf(assertion);
        if (!label.startsWith("c2pa.thumbnail."))
            continue;
        const picture = pictureIn(assertion);
        if (picture === null)
            continue;
        pictures.set(label, picture);
        if (label.startsWith("c2pa.thumbnail.claim"))
            found.ofManifest.set(manifest, picture);
    }
    for (const assertion of assertions) {
        const label = labelOf(assertion);
        if (!label.startsWith("c2pa.ingredient"))
            continue;
        const content = boxesIn(assertion).find((box) => box.type === "cbor")?.content;
        // The ingredient names its picture by a URI that ends in the picture's label.
        const text = content === undefined ? "" : new TextDecoder("latin1").decode(content);
        const named = /c2pa\.assertions\/(c2pa\.thumbnail\.ingredient[\w.]*)/.exec(text)?.[1];
        const picture = named === undefined ? undefined : longestPrefix(named, pictures);
        if (picture)
            found.ofIngredient.set(ingredientKey(manifest, label), picture);
    }
}
/** What follows a text in CBOR may look like a part of it. */
function longestPrefix(named, pictures) {
    const labels = [...pictures.keys()].filter((label) => named.startsWith(label));
    labels.sort((one, other) => other.length - one.length);
    return labels[0] === undefined ? undefined : pictures.get(labels[0]);
}
function pictureIn(assertion) {
    let type = "";
    for (const box of boxesIn(assertion)) {
        if (box.type === "bfdb")
            type = (new TextDecoder().decode(box.content.subarray(1)).split("\0")[0] ?? "").toLowerCase();
        if (box.type === "bidb" && PICTURES.test(type) && box.content.length <= MOST_PICTURE_BYTES) {
            return new Blob([box.content], { type });
        }
    }
    return null;
}
function superboxesOf(box) {
    return boxesIn(box).filter((inner) => inner.type === "jumb");
}
function boxesIn(superbox) {
    return boxesOf(superbox.content);
}
/** The label in a superbox's description: 16 bytes of type, toggles, and a text that ends in zero. */
function labelOf(superbox) {
    const description = boxesIn(superbox)[0];
    if (description?.type !== "jumd" || ((description.content[16] ?? 0) & 2) === 0)
        return "";
    return new TextDecoder().decode(description.content.subarray(17)).split("\0")[0] ?? "";
}
function boxesOf(bytes) {
    const boxes = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 8 <= bytes.length;) {
        const short = view.getUint32(at);
        const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
        const isLong = short === 1;
        if (isLong && at + 16 > bytes.length)
            break;
        const length = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? bytes.length - at : short;
        const header = isLong ? 16 : 8;
        if (length < header || at + length > bytes.length || boxes.length > 10_000)
            break;
        boxes.push({ type, content: bytes.subarray(at + header, at + length) });
        at += length;
    }
    return boxes;
}
