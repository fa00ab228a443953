/** Why a signature is refused. */
export type Fault = "not_canonical" | "mismatch";
/** Reads lower-case hexadecimal digits. */
export declare function bytesOfHex(digits: string): Uint8Array<ArrayBuffer>;
/** Tells whether 32 bytes are a coordinate in its one form, of a point not of small order. */
export declare function isUsablePoint(encoded: Uint8Array): boolean;
/**
 * Checks a signature.
 *
 * @param publicKey 32 bytes, a usable point.
 * @param message The signed message, for pure Ed25519.
 * @param signature 64 bytes, R and S.
 * @returns Null if the key made it.
 */
export declare function signatureFault(publicKey: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<Fault | null>;
/** Gives a key's name in DSSE: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal. */
export declare function keyId(publicKey: Uint8Array): Promise<string>;
