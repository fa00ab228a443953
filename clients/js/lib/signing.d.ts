import type { Asset } from "./asset.js";
import { type Connection } from "./connection.js";
import type { AssetLayout, EmbedMember } from "./layout.js";
import type { EmbedModule } from "./module.js";
import { type Meter } from "./progress.js";
import type { EmbeddingOptions, Signature, SignedDigest, SigningOptions } from "./signed.js";
/** What is signed: a digest, and where in the file the manifest goes. */
export interface Signed {
    asset_sha256: string;
    manifest_id?: string | undefined;
    embed?: EmbedMember | undefined;
}
/** A signature that has its place in a file. */
export interface Placed extends Signature {
    layout: AssetLayout;
    manifestStore: Uint8Array<ArrayBuffer>;
}
/** Signs over a connection, and remembers how large stores become. */
export declare class Signing {
    #private;
    constructor(connection: Connection);
    /** Signs a file with room for the store inside it; the caller writes it. */
    place(embedding: EmbedModule, asset: Asset, policyId: string, assertions: Record<string, unknown>, options: EmbeddingOptions, meter: Meter): Promise<Placed>;
    /** Sends a request to sign. */
    sign(signed: Signed, policyId: string, assertions: Record<string, unknown>, { ingredients, thumbnail, title, tsa, signal }: SigningOptions, meter: Meter): Promise<SignedDigest>;
}
