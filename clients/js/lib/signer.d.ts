import type { Asset } from "./asset.js";
import { type ConnectionOptions } from "./connection.js";
import { type Action, type Ingredient } from "./ingredients.js";
import type { Inspectable } from "./inspectable.js";
import * as jobs from "./jobs.js";
import type { DigestOptions } from "./layout.js";
import type { DigestToSign, EmbeddingOptions, SignedAsset, SignedDigest, SignedStream, SigningOptions } from "./signed.js";
/** How a client calls its deployment. */
export interface EdgeSignerOptions extends ConnectionOptions {
    /** embed.wasm, or where it is if not beside the scripts. */
    embedWasm?: BufferSource | URL | string | undefined;
}
/** How a call is stopped. */
export interface CallOptions {
    signal?: AbortSignal | undefined;
}
/** Client of one deployment for one tenant. */
export declare class EdgeSigner {
    #private;
    /**
     * @param url Address of the API, or of what passes requests on to it.
     * @param token The tenant's bearer token; null if a proxy adds it.
     * @throws {TypeError} The address is none, or the token contains a character that no header can.
     */
    constructor(url: string | URL, token: string | null, { embedWasm, ...options }?: EdgeSignerOptions);
    /**
     * Signs a file and gives it with its manifest inside; the file itself is not sent.
     *
     * @param blob The file, of a format in docs/api.md. It is hashed once; a small one perhaps twice.
     * @param policyId The policy to sign under.
     * @param assertions Content of each assertion by its label.
     * @throws {AssetLayoutError} No manifest can be embedded in this file; nothing was signed.
     * @throws {RefusedError} The server answered with an error.
     * @throws {UnreachableError} No answer arrived.
     */
    embed(blob: Blob, policyId: string, assertions: Record<string, unknown>, options?: EmbeddingOptions): Promise<SignedAsset>;
    /**
     * Signs a file and gives it with its manifest inside, as a stream; the file itself is not sent.
     *
     * It takes any `Asset`, such as a file on a disk that `edge-signer-client/node` opens. A stream cannot
     * be signed as it passes, because the digest comes before the file: keep it as a Blob or a file first.
     * The time of `write` is not known here.
     *
     * @param asset The file. It stays open until the stream has ended.
     * @param policyId The policy to sign under.
     * @param assertions Content of each assertion by its label.
     * @throws As `embed`.
     */
    embedStream(asset: Asset, policyId: string, assertions: Record<string, unknown>, options?: EmbeddingOptions): Promise<SignedStream>;
    /**
     * Signs a derivative of a file, such as a smaller image, as an edit of the original.
     *
     * The manifest begins with `c2pa.opened`, holds the original's credentials, and ends with
     * `c2pa.converted` if the formats differ, else `c2pa.transcoded`, unless `actions` has one of these
     * or `c2pa.repackaged`. A manifest store that was copied into the derivative is left out.
     *
     * @param blob The derivative.
     * @param original What it was made from: the file, which is not sent, with its credentials inside; or
     *   an `Ingredient` with a `manifestStore` or a `manifestUrl`.
     * @param policyId The policy to sign under.
     * @param actions What was done, in order, such as `c2pa.resized.proportional`; an object for an action
     *   that needs more, such as `c2pa.cropped` with its `digitalSourceType`.
     * @param options As of `embed`; further ingredients follow the original.
     * @throws {AssetLayoutError} No manifest can be embedded in the derivative, or the original is damaged;
     *   nothing was signed.
     * @throws {RefusedError} The server answered with an error.
     * @throws {UnreachableError} No answer arrived.
     */
    derive(blob: Blob, original: Blob | Omit<Ingredient, "relationship">, policyId: string, actions: readonly Action[], { ingredients, ...options }?: SigningOptions): Promise<SignedAsset>;
    /**
     * Signs a file of any format by its digest; the manifest stays beside it.
     *
     * @param digest The file's digest.
     * @param policyId The policy to sign under.
     * @param assertions Content of each assertion by its label.
     * @throws {RefusedError} The server answered with an error.
     * @throws {UnreachableError} No answer arrived.
     */
    signDigest({ assetSha256, manifestId }: DigestToSign, policyId: string, assertions: Record<string, unknown>, options?: SigningOptions): Promise<SignedDigest>;
    /**
     * Takes out of a file what its credentials are judged by, so that the file need not be sent.
     *
     * @param asset The file. It is hashed if it carries credentials.
     * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
     */
    inspectable(asset: Asset, options?: DigestOptions): Promise<Inspectable>;
    /**
     * Runs a WebAssembly module. However the module ends, that is a result.
     *
     * @param module Its bytes, or the `moduleHash` of one that `keepModule` stored.
     * @throws {RefusedError} The server answered with an error.
     * @throws {UnreachableError} No answer arrived; the job may have run. Repeat it with its `jobId`.
     */
    runJob(module: Uint8Array | string, options?: jobs.JobOptions): Promise<jobs.JobResult>;
    /** Stores a module for this tenant's jobs, so that they need not send it. */
    keepModule(module: Uint8Array, { signal }?: CallOptions): Promise<jobs.KeptModule>;
    /** Fetches the result of a job again. */
    jobResult(jobId: string, { signal }?: CallOptions): Promise<jobs.JobResult>;
    /** Fetches the keys that sign receipts, the current one first. Pin them: see docs/receipts.md. */
    jobKeys({ signal }?: CallOptions): Promise<jobs.JobKey[]>;
}
