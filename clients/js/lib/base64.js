// Bytes as text in base64, the same in pages and in Node.
// A call takes no more arguments than this everywhere.
const SPREAD_BYTES = 0x8000;
/** Writes bytes in standard base64, with padding. */
export function toBase64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += SPREAD_BYTES) {
        text += String.fromCharCode(...bytes.subarray(at, at + SPREAD_BYTES));
    }
    return btoa(text);
}
/** Reads base64; throws if it is none. White space is passed over. */
export function fromBase64(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
/** Writes bytes in lower-case hexadecimal digits. */
export function toHex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
