/** Gives the platform's WebCrypto. Pages have `subtle` in secure contexts only: https, or this machine. */
export declare function webCrypto(): Promise<Crypto>;
/** Gives the SHA-256 of bytes. */
export declare function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
