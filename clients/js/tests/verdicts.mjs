// Prints a line for each case of a file: its id, a tab, `ok` or why it is refused.
//
// Usage: node verdicts.mjs cases.json
// A case has a pinned_pubkey, and either a receipt_json, or in base64 a receipt's bytes as
// receipt_base64, or a job's answer as answer_base64, perhaps with its request as request_base64. The
// answer of a batch to one job is batched_base64, that to a whole batch batch_base64; the verdicts on the
// jobs of the latter stand with commas between them.

import { readFileSync } from "node:fs";

import { verifyBatch, verifyBatchedJob, verifyJob, verifyReceipt } from "../lib/index.js";

const bytes = (base64) => (base64 === undefined ? undefined : Buffer.from(base64, "base64"));

async function judged(one) {
  const { pinned_pubkey: key } = one;
  const request = bytes(one.request_base64);
  if (one.answer_base64 !== undefined) return verifyJob(bytes(one.answer_base64), key, request);
  if (one.batched_base64 !== undefined) return verifyBatchedJob(bytes(one.batched_base64), key, request);
  if (one.batch_base64 !== undefined) return verifyBatch(bytes(one.batch_base64), key, request);
  return verifyReceipt(one.receipt_json ?? bytes(one.receipt_base64), key);
}

for (const one of JSON.parse(readFileSync(process.argv[2], "utf8")).cases) {
  const verdict = await judged(one);
  const verdicts = verdict.jobs?.size > 0 ? [...verdict.jobs.values()] : [verdict];
  console.log(`${one.id}\t${verdicts.map(({ refusal }) => refusal ?? "ok").join()}`);
}
