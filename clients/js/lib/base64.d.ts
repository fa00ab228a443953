/** Writes bytes in standard base64, with padding. */
export declare function toBase64(bytes: Uint8Array): string;
/** Reads base64; throws if it is none. White space is passed over. */
export declare function fromBase64(text: string): Uint8Array<ArrayBuffer>;
/** Writes bytes in lower-case hexadecimal digits. */
export declare function toHex(bytes: Uint8Array): string;
