// Signs files where they are, and runs jobs: what a caller uses.
import { Connection } from "./connection.js";
import { history } from "./ingredients.js";
import * as jobs from "./jobs.js";
import { EmbedModule } from "./module.js";
import { Meter } from "./progress.js";
import { Signing } from "./signing.js";
/** Client of one deployment for one tenant. */
export class EdgeSigner {
    #connection;
    #signing;
    #source;
    #module = null;
    /**
     * @param url Address of the API, or of what passes requests on to it.
     * @param token The tenant's bearer token; null if a proxy adds it.
     * @throws {TypeError} The address is none, or the token contains a character that no header can.
     */
    constructor(url, token, { embedWasm, ...options } = {}) {
        this.#connection = new Connection(url, token, options);
        this.#signing = new Signing(this.#connection);
        this.#source = embedWasm;
    }
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
    async embed(blob, policyId, assertions, options = {}) {
        const meter = new Meter(options.onProgress);
        const embedding = await this.#embedding();
        const placed = await this.#signing.place(embedding, blob, policyId, assertions, options, meter);
        const { layout, manifestStore, ...told } = placed;
        const signed = await meter.during("write", layout.signedBytes, () => layout.signedBlob(manifestStore));
        return { signed, ...told, mediaType: layout.mediaType };
    }
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
    async embedStream(asset, policyId, assertions, options = {}) {
        const meter = new Meter(options.onProgress);
        const embedding = await this.#embedding();
        const placed = await this.#signing.place(embedding, asset, policyId, assertions, options, meter);
        const { layout, manifestStore, ...told } = placed;
        const { mediaType, signedBytes } = layout;
        return { signed: layout.signedStream(manifestStore), signedBytes, ...told, mediaType };
    }
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
    async derive(blob, original, policyId, actions, { ingredients = [], ...options } = {}) {
        const embedding = await this.#embedding();
        const parent = original instanceof Blob ? await parentOf(embedding, original) : original;
        const { mediaType } = await embedding.storeOf(blob);
        const made = [{ ...parent, relationship: "parentOf" }, ...ingredients];
        const said = history(parent.format, mediaType, actions);
        return this.embed(blob, policyId, said, { ...options, ingredients: made, replaceStore: true });
    }
    /**
     * Signs a file of any format by its digest; the manifest stays beside it.
     *
     * @param digest The file's digest.
     * @param policyId The policy to sign under.
     * @param assertions Content of each assertion by its label.
     * @throws {RefusedError} The server answered with an error.
     * @throws {UnreachableError} No answer arrived.
     */
    async signDigest({ assetSha256, manifestId }, policyId, assertions, options = {}) {
        const fields = { asset_sha256: assetSha256, manifest_id: manifestId };
        return this.#signing.sign(fields, policyId, assertions, options, new Meter(options.onProgress));
    }
    /**
     * Takes out of a file what its credentials are judged by, so that the file need not be sent.
     *
     * @param asset The file. It is hashed if it carries credentials.
     * @throws {AssetLayoutError} The file is damaged, or of a format that is not supported.
     */
    async inspectable(asset, options = {}) {
        return (await this.#embedding()).inspectable(asset, options);
    }
    /**
     * Runs a WebAssembly module. However the module ends, that is a result.
     *
     * @param module Its bytes, or the `moduleHash` of one that `keepModule` stored.
     * @throws {RefusedError} The server answered with an error.
     * @throws {UnreachableError} No answer arrived; the job may have run. Repeat it with its `jobId`.
     */
    async runJob(module, options = {}) {
        return jobs.runJob(this.#connection, module, options);
    }
    /** Stores a module for this tenant's jobs, so that they need not send it. */
    async keepModule(module, { signal } = {}) {
        return jobs.keepModule(this.#connection, module, signal);
    }
    /** Fetches the result of a job again. */
    async jobResult(jobId, { signal } = {}) {
        return jobs.jobResult(this.#connection, jobId, signal);
    }
    /** Fetches the keys that sign receipts, the current one first. Pin them: see docs/receipts.md. */
    async jobKeys({ signal } = {}) {
        return jobs.jobKeys(this.#connection, signal);
    }
    /** Loads embed.wasm once; after a failure, the next call tries again. */
    async #embedding() {
        this.#module ??= EmbedModule.load(this.#source);
        try {
            return await this.#module;
        }
        catch (failure) {
            this.#module = null;
            throw failure;
        }
    }
}
/** Makes a file in memory the parent of its derivative. */
async function parentOf(embedding, original) {
    const { mediaType, manifestStore } = await embedding.storeOf(original);
    // Node 18 has no global of the name File.
    const { name: title } = original;
    return { manifestStore: manifestStore ?? undefined, format: mediaType, title };
}
