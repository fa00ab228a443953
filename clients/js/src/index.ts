// What pages and Node import.

export type { Asset } from "./asset.js";
export { AssetLayoutError, RefusedError, UnreachableError } from "./errors.js";
export type { Action, Ingredient, Thumbnail } from "./ingredients.js";
export type { Inspectable } from "./inspectable.js";
export type { JobKey, JobOptions, JobResult, KeptModule } from "./jobs.js";
export { AssetLayout, type DigestOptions, type EmbedMember } from "./layout.js";
export { type CarriedStore, EmbedModule, type LayoutOptions } from "./module.js";
export type { Cost, Progress, Stage, Timings } from "./progress.js";
export { type PinnedKeys, type Receipt, type ReceiptVerdict, verifyReceipt } from "./receipts/receipt.js";
export { type Refusal, REFUSALS } from "./receipts/refusals.js";
export { type BatchedVerdict, type BatchVerdict, verifyBatch, verifyBatchedJob } from "./receipts/batch.js";
export type { Checkpoint } from "./receipts/checkpoint.js";
export { type JobVerdict, verifyAttestation, verifyJob } from "./receipts/job.js";
export type { Statement } from "./receipts/statement.js";
export type {
  DigestToSign,
  EmbeddingOptions,
  Signature,
  SignedAsset,
  SignedDigest,
  SignedStream,
  SigningOptions,
} from "./signed.js";
export { type CallOptions, EdgeSigner, type EdgeSignerOptions } from "./signer.js";
export type { components, operations, paths } from "./api.js";
