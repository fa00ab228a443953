// Prints a line for each case of a file: its id, a tab, `ok` or why it is refused.
//
// Usage: node verdicts.mjs cases.json
// A case has a pinned_pubkey and one of: a receipt; a job's answer; batched, a batch's answer to one job;
// batch, the answer to a whole batch. Each stands as text under its name and _json, or in base64 under
// its name and _base64, and so does the request that there may be. Verdicts on the jobs of a batch stand
// on one line, with commas between them.

import { readFileSync } from "node:fs";

import { verifyBatch, verifyBatchedJob, verifyJob, verifyReceipt } from "../lib/index.js";

function judged(one) {
  const { pinned_pubkey: key } = one;
  const bytes = (name) => {
    const base64 = one[`${name}_base64`];
    return one[`${name}_json`] ?? (base64 === undefined ? undefined : Buffer.from(base64, "base64"));
  };
  if (bytes("receipt") !== undefined) return verifyReceipt(bytes("receipt"), key);
  if (bytes("answer") !== undefined) return verifyJob(bytes("answer"), key, bytes("request"));
  if (bytes("batched") !== undefined) return verifyBatchedJob(bytes("batched"), key, bytes("request"));
  return verifyBatch(bytes("batch"), key, bytes("request"));
}

for (const one of JSON.parse(readFileSync(process.argv[2], "utf8")).cases) {
  const verdict = await judged(one);
  const verdicts = verdict.jobs?.size > 0 ? [...verdict.jobs.values()] : [verdict];
  console.log(`${one.id}\t${verdicts.map(({ refusal }) => refusal ?? "ok").join()}`);
}
