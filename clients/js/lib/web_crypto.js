// WebCrypto, which pages have, and Node from 20 as a global.
/** Gives the platform's WebCrypto. Pages have `subtle` in secure contexts only: https, or this machine. */
export async function webCrypto() {
    if (globalThis.crypto !== undefined)
        return globalThis.crypto;
    // By a variable, so that what bundles a page does not look for Node's modules.
    const ofNode = "node:crypto";
    const { webcrypto } = await import(/* webpackIgnore: true */ /* @vite-ignore */ ofNode);
    return webcrypto;
}
/** Gives the SHA-256 of bytes. */
export async function sha256(bytes) {
    return new Uint8Array(await (await webCrypto()).subtle.digest("SHA-256", bytes));
}
