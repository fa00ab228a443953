// Strict Ed25519 verification (RFC 8032, section 5.1.7; Taming the Many EdDSAs, section 3): the forms
// that some libraries take and others refuse are refused here, whatever the platform's library does.
import { toHex } from "../base64.js";
import { sha256, webCrypto } from "../web_crypto.js";
const FIELD_PRIME = 2n ** 255n - 19n;
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
// The y of the eight points of small order.
const SMALL_ORDER_Y = new Set([
    0n,
    1n,
    FIELD_PRIME - 1n,
    0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
    0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
]);
// SubjectPublicKeyInfo of an Ed25519 key is these bytes and the key (RFC 8410, section 4).
const SPKI_PREFIX = bytesOfHex("302a300506032b6570032100");
/** Reads lower-case hexadecimal digits. */
export function bytesOfHex(digits) {
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
/** Tells whether 32 bytes are a coordinate in its one form, of a point not of small order. */
export function isUsablePoint(encoded) {
    const y = BigInt.asUintN(255, littleEndian(encoded));
    return y < FIELD_PRIME && !SMALL_ORDER_Y.has(y);
}
/**
 * Checks a signature.
 *
 * @param publicKey 32 bytes, a usable point.
 * @param message The signed message, for pure Ed25519.
 * @param signature 64 bytes, R and S.
 * @returns Null if the key made it.
 */
export async function signatureFault(publicKey, message, signature) {
    const isCanonical = littleEndian(signature.subarray(32)) < GROUP_ORDER && isUsablePoint(signature.subarray(0, 32));
    if (!isCanonical)
        return "not_canonical";
    const { subtle } = await webCrypto();
    try {
        const key = await subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
        return (await subtle.verify({ name: "Ed25519" }, key, signature, message)) ? null : "mismatch";
    }
    catch (failure) {
        // Some libraries refuse a key that is no point when it is imported, others when it verifies.
        if (await isSupported(subtle))
            return "mismatch";
        throw failure;
    }
}
/** Gives a key's name in DSSE: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal. */
export async function keyId(publicKey) {
    return toHex(await sha256(Uint8Array.from([...SPKI_PREFIX, ...publicKey])));
}
async function isSupported(subtle) {
    // The base point, which every implementation takes.
    const base = bytesOfHex(`58${"66".repeat(31)}`);
    return subtle.importKey("raw", base, { name: "Ed25519" }, false, ["verify"]).then(() => true, () => false);
}
function littleEndian(bytes) {
    return BigInt(`0x0${toHex(bytes.slice().reverse())}`);
}
