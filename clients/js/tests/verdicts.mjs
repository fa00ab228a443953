// Prints a line for each case of a file: its id, a tab, `ok` or why it is refused.
//
// Usage: node verdicts.mjs cases.json
// A case has a pinned_pubkey, and either a receipt_json, or in base64 a receipt's bytes as
// receipt_base64, or a job's answer as answer_base64, perhaps with its request as request_base64.

import { readFileSync } from "node:fs";

import { verifyJob, verifyReceipt } from "../lib/index.js";

const bytes = (base64) => base64 && Buffer.from(base64, "base64");

for (const one of JSON.parse(readFileSync(process.argv[2], "utf8")).cases) {
  const { id, pinned_pubkey: key, answer_base64: answer, request_base64: request } = one;
  const judged =
    answer === undefined
      ? verifyReceipt(one.receipt_json ?? bytes(one.receipt_base64), key)
      : verifyJob(bytes(answer), key, bytes(request));
  console.log(`${id}\t${(await judged).refusal ?? "ok"}`);
}
