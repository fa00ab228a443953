// What pages and Node import.
export { AssetLayoutError, RefusedError, UnreachableError } from "./errors.js";
export { AssetLayout } from "./layout.js";
export { EmbedModule } from "./module.js";
export { verifyReceipt } from "./receipts/receipt.js";
export { REFUSALS } from "./receipts/refusals.js";
export { verifyBatch, verifyBatchedJob } from "./receipts/batch.js";
export { verifyAttestation, verifyJob } from "./receipts/job.js";
export { EdgeSigner } from "./signer.js";
