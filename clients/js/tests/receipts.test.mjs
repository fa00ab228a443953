// What several pinned keys mean. `node --test` runs this; other tests compare the verdicts with Python's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { REFUSALS, verifyAttestation, verifyReceipt } from "../lib/index.js";

const VECTORS = JSON.parse(readFileSync(new URL("../../../tests/data/receipts/vectors.json", import.meta.url)));
const { pubkey: key, attacker_pubkey: other } = VECTORS;
const { receipt_json: receiptJson } = VECTORS.cases[0];

test("each of several keys may have signed", async () => {
  for (const keys of [key, [key], [other, key], ["", key]]) {
    const { refusal, receipt } = await verifyReceipt(receiptJson, keys);
    assert.deepEqual([refusal, receipt.wallTimeMs], [null, JSON.parse(receiptJson).wall_time_ms]);
  }
  assert.equal((await verifyReceipt(receiptJson, [other])).refusal, "key_not_pinned");
});

test("the reason is that of the key that the receipt names", async () => {
  const changed = receiptJson.replace(/"wall_time_ms":\d+/, '"wall_time_ms":1');
  for (const keys of [[other, key], [key, other], ["", key]]) {
    assert.equal((await verifyReceipt(changed, keys)).refusal, "signature_mismatch");
  }
  for (const keys of [[], "", [null], undefined]) {
    assert.equal((await verifyReceipt(changed, keys)).refusal, "pinned_key_invalid");
  }
  assert(REFUSALS.signature_mismatch.length > 0);
});

test("the signer's bytes are taken as well as its text", async () => {
  assert.equal((await verifyReceipt(new TextEncoder().encode(receiptJson), key)).refusal, null);
  assert.equal((await verifyAttestation(new TextEncoder().encode("{}"), key)).refusal, "result_malformed");
});
