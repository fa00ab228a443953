// Prints a line for each case of a file of vectors: its id, a tab, `ok` or why it is refused.
//
// Usage: node verdicts.mjs vectors.json
// A case has a pinned_pubkey and a receipt_json, or the receipt's bytes as receipt_base64.

import { readFileSync } from "node:fs";

import { verifyReceipt } from "../receipt.mjs";

for (const one of JSON.parse(readFileSync(process.argv[2], "utf8")).cases) {
  const receiptJson = one.receipt_json ?? Buffer.from(one.receipt_base64, "base64");
  console.log(`${one.id}\t${verifyReceipt(receiptJson, one.pinned_pubkey).refusal ?? "ok"}`);
}
